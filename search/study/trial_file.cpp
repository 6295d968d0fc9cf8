// SPDX-License-Identifier: Apache-2.0
#include "search/study/trial_file.hpp"

#include <fmt/format.h>

#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {

namespace {

/// Without a torn last line; "" where there is no file.
std::string whole_lines(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return "";
  auto text = read_text_file(file);
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  return text;
}

bool same_but_for_wall_time(Trial a, const Trial& b) {
  a.wall_s = b.wall_s;
  return to_json_line(a) == to_json_line(b);
}

}  // namespace

std::map<int, Trial> read_trials(const std::filesystem::path& file) {
  std::map<int, Trial> trials;
  std::istringstream lines(whole_lines(file));
  std::string line;
  for (int n = 1; std::getline(lines, line); ++n) {
    const auto where = fmt::format("{}:{}", file.string(), n);
    const Trial trial = read_trial(line, where);
    const auto [known, is_new] = trials.emplace(trial.number, trial);
    if (!is_new && !same_but_for_wall_time(known->second, trial))
      throw DataError(fmt::format("{}: expected every trial once, got trial {} again with another record",
                                  where, trial.number));
  }
  return trials;
}

TrialFile::TrialFile(std::filesystem::path file) : file_(std::move(file)) {
  trials_ = read_trials(file_);
  const auto whole = whole_lines(file_);
  std::error_code missing;
  if (const auto size = std::filesystem::file_size(file_, missing); !missing && whole.size() < size)
    write_file_atomically(file_, whole);
}

void TrialFile::record(const Trial& trial) {
  append_line_durably(file_, to_json_line(trial));
  TrialStore::record(trial);
}

}  // namespace mho
