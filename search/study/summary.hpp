// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "search/study/run_folder.hpp"
#include "search/study/search_result.hpp"

namespace mho {

/// summary.json, which `mho search --json` prints too: counts, the front's hypervolume, the surrogate's
/// Kendall taus, and each winner with both its scores: the one it was selected by (validation split) and the
/// fresh one (test split). Picking the best of many noisy scores picks luck as well, so the second is the one
/// to believe.
std::string summary_json(const SearchResult& result, const RunConfig& config, const RunFolder& folder);

}  // namespace mho
