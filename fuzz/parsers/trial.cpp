// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "fuzz/parsers/inputs.hpp"
#include "search/spaces/analognas.hpp"
#include "search/study/trial_file.hpp"

namespace mho::fuzz {

namespace {

Trial example(int number) {
  Score score;
  score.digital = 0.9;
  score.drift = {{1, 0.9, 0.01, 25, {0.89, 0.91}}, {86400, 0.8, 0.01, 25, {0.79, 0.81}}};
  Trial trial;
  trial.number = number;
  trial.genome = AnalogNasGenome{8, 3, {{1, 2, BlockType::C, 2}, {}}};
  trial.score = score;
  trial.rungs = {{1, 0.5, score}};
  trial.zero_cost = {1, 2, 3};
  trial.cost = Cost{.cores = 1, .energy_j = 1e-6};
  return trial;
}

Trial failed_example(int number) {
  Trial trial;
  trial.number = number;
  trial.genome = AnalogNasGenome{8, 3, {{}}};
  trial.failed = true;
  trial.reason = "no core is left";
  return trial;
}

}  // namespace

/// A line of trials.jsonl; what was accepted comes back the same after it was written.
Parser trial() {
  const auto read = [](const std::string& line) {
    const auto text = to_json_line(read_trial(line, file_name));
    expect(to_json_line(read_trial(text, file_name)) == text, "another trial after it was written and read");
  };
  return {"trial", {to_json_line(example(3)), to_json_line(failed_example(4))}, read};
}

/// trials.jsonl as a whole.
Parser trial_file() {
  const InputFile file(".jsonl");
  return {"trial_file",
          {to_json_line(failed_example(0)) + "\n" + to_json_line(example(1)) + "\n" +
           to_json_line(example(2)) + "\n"},
          [file](const std::string& text) { TrialFile(file.write(text)); }};
}

}  // namespace mho::fuzz
