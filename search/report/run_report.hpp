// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mho {

/// What a report is made of.
struct ReportSources {
  std::vector<std::filesystem::path> runs;  ///< run folders, finished or stopped; several are compared
  std::vector<std::filesystem::path>
      beside;           ///< folders of `mho evaluate --out`, drawn beside one run's winners
  std::string version;  ///< of the program, e.g. "mho 0.1.0"
};

/// One page of HTML: trials and their front, history, the winners through drift, floorplans, configuration
/// and the commands that make the same again. Throws DataError for a folder that is no finished or stopped
/// run, or a file in it that is none of mho's (file, expected, found).
std::string run_report(const ReportSources& sources);

/// What every search leaves: the page of its run, in its folder. Returns the file. Throws as run_report, and RunError.
std::filesystem::path leave_report(const std::filesystem::path& run, const std::string& version);

}  // namespace mho
