// SPDX-License-Identifier: Apache-2.0
#include "bindings/run_folder.hpp"

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "search/run_config.hpp"
#include "search/study/front.hpp"
#include "search/study/run_folder.hpp"
#include "search/study/trial_file.hpp"

namespace mho {

LoadedRun load_run(const std::string& root) {
  const RunFolder folder{root};
  if (!is_file(folder.config()) || !is_file(folder.trials()))
    throw DataError(root +
                    ": expected a run folder (config.toml, trials.jsonl) or a winner's (architecture.json, "
                    "weights.safetensors), found neither");
  std::vector<Trial> trials;
  for (const auto& [number, trial] : read_trials(folder.trials())) trials.push_back(trial);
  LoadedRun run;
  for (const auto& trial : trials) run.trials.push_back(to_json_line(trial));
  const auto config = read_run_config(folder.config(), {});
  for (const auto& trial : pareto_front(trials, config.search)) run.front.push_back(trial.number);
  return run;
}

}  // namespace mho
