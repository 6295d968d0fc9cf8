// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "evaluators/training/training_checkpoint.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

/// A winner's weights.
Parser weights() {
  const InputFile file;
  auto parameters = small_parameters();
  parameters.front().split_ranges = {1};
  parameters.front().column_scales = {1, 2};
  parameters.front().output_gain = 2;
  const auto seed = written([&](const auto& path) { save_parameters(path, small_network(), parameters); });
  return {"weights", {seed}, [file](const std::string& bytes) {
            load_parameters(file.write(bytes), small_network());
          }};
}

/// Where a training stands.
Parser checkpoint() {
  const InputFile file;
  const auto parameters = small_parameters();
  const auto seed = written([&](const auto& path) {
    save_checkpoint(path, {3, parameters, {parameters, parameters, 70000}});
  });
  return {"checkpoint", {seed}, [file](const std::string& bytes) {
            const auto found = load_checkpoint(file.write(bytes), small_network());
            expect(found.epochs_done >= 0 && found.optimizer.steps >= 0, "a count below 0");
          }};
}

}  // namespace mho::fuzz
