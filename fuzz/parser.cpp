// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parser.hpp"

#include <stdexcept>

#include "core/base/error.hpp"
#include "fuzz/parsers/parsers.hpp"

namespace mho::fuzz {
namespace {

/// An input may hold such words itself: libFuzzer takes them from this program.
std::optional<std::string> complaint_of_message(const std::string& message, const std::string& input) {
  if (message.find(file_name) == std::string::npos) return "a refusal without the file: " + message;
  for (const char* inside : {"std::", "bad_alloc", "filesystem error", "basic_string", "vector::_M"})
    if (message.find(inside) != std::string::npos && input.find(inside) == std::string::npos)
      return std::string("a refusal that shows '") + inside + "': " + message;
  return std::nullopt;
}

}  // namespace

std::vector<Parser> all_parsers() {
  std::vector<Parser> all = {run_file(),
                             chip_file(),
                             architecture(),
                             npy(),
                             npz(),
                             safetensors(),
                             weights(),
                             checkpoint(),
                             compressed(),
                             tar(),
                             idx_file(),
                             cifar(),
                             digits(),
                             audio(),
                             series_wide(),
                             series_long(),
                             text(),
                             picture(),
                             prepared_description(),
                             prepared_labels(),
                             prepared_images(),
                             device_table(),
                             pulse_table(),
                             search_table(),
                             trial(),
                             trial_file()};
  for (const char* file : {"architecture.json", "cores.json", "io.json", "links.json", "schedule.json",
                           "targets.npz", "digital_weights.safetensors"})
    all.push_back(chip_folder(file));
  return all;
}

std::optional<std::string> complaint(const Parser& parser, const std::string& input) {
  try {
    parser.parse(input);
  } catch (const InputError& error) {
    return complaint_of_message(error.what(), input);
  } catch (const std::exception& error) {
    return std::string("not an InputError: ") + error.what();
  }
  return std::nullopt;
}

void expect(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace mho::fuzz
