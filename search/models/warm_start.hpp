// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "search/spaces/space.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// The scored trials of earlier run folders, folder by folder, for surrogates to learn from. Throws
/// ConfigError for a folder that is no run or whose space is another one (the first key that differs, with
/// both values), DataError for a broken trials.jsonl.
std::vector<Trial> load_earlier_trials(const std::vector<std::string>& folders, const Space& space);

}  // namespace mho
