// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// The trials of a run folder, a JSON line each, and the numbers of those on its front, best first.
struct LoadedRun {
  std::vector<std::string> trials;
  std::vector<int> front;
};
/// Throws InputError for a folder that holds no run.
LoadedRun load_run(const std::string& folder);

}  // namespace mho
