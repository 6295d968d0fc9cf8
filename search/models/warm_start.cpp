// SPDX-License-Identifier: Apache-2.0
#include "search/models/warm_start.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "search/run_config.hpp"
#include "search/study/run_folder.hpp"
#include "search/study/trial_file.hpp"

namespace mho {
namespace {

void expect_same_space(const std::string& folder, const Space& then, const Space& now) {
  if (then.hash() == now.hash()) return;
  throw ConfigError(fmt::format("search.warm_start: {}: expected a run of this space ({}), got space {} ({})",
                                folder, now.hash().substr(0, 12), then.hash().substr(0, 12),
                                difference(then, now)));
}

}  // namespace

std::vector<Trial> load_earlier_trials(const std::vector<std::string>& folders, const Space& space) {
  std::vector<Trial> earlier;
  for (const auto& name : folders) {
    const RunFolder folder{name};
    if (!std::filesystem::exists(folder.config()) || !std::filesystem::exists(folder.trials()))
      throw ConfigError(fmt::format(
          "search.warm_start: {}: expected a run folder with config.toml and trials.jsonl", name));
    expect_same_space(name, Space(read_run_config(folder.config(), {}).space), space);
    for (auto& [number, trial] : read_trials(folder.trials()))
      if (!trial.failed && trial.score) earlier.push_back(std::move(trial));
  }
  return earlier;
}

}  // namespace mho
