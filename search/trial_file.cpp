// SPDX-License-Identifier: Apache-2.0
#include "search/trial_file.hpp"

#include <fmt/format.h>

#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {

TrialFile::TrialFile(std::filesystem::path file) : file_(std::move(file)) {
  if (!std::filesystem::exists(file_)) return;
  std::string text = read_text_file(file_);
  const auto whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (whole < text.size()) {
    text.resize(whole);
    write_file_atomically(file_, text);
  }
  std::istringstream lines(text);
  std::string line;
  for (int n = 1; std::getline(lines, line); ++n) {
    const auto where = fmt::format("{}:{}", file_.string(), n);
    const Trial trial = read_trial(line, where);
    if (!trials_.emplace(trial.number, trial).second)
      throw DataError(fmt::format("{}: expected every trial once, got trial {} again", where, trial.number));
  }
}

void TrialFile::record(const Trial& trial) {
  append_line_durably(file_, to_json_line(trial));
  trials_.insert_or_assign(trial.number, trial);
}

}  // namespace mho
