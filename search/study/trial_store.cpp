// SPDX-License-Identifier: Apache-2.0
#include "search/study/trial_store.hpp"

#include "core/base/files/text_file.hpp"

namespace mho {

bool TrialStore::claim(int, const Genome&) { return true; }

void TrialStore::release(int) {}

void TrialStore::record(const Trial& trial) { trials_.insert_or_assign(trial.number, trial); }

void TrialStore::write_sorted(const std::filesystem::path& file) const {
  std::string text;
  for (const auto& [number, trial] : trials_) text += to_json_line(trial) + "\n";
  write_file_atomically(file, text);
}

const Trial* TrialStore::find(int number) const {
  const auto found = trials_.find(number);
  return found == trials_.end() ? nullptr : &found->second;
}

std::vector<Trial> TrialStore::before(int end) const {
  std::vector<Trial> trials;
  for (const auto& [number, trial] : trials_)
    if (number < end) trials.push_back(trial);
  return trials;
}

std::vector<Trial> TrialStore::all() const {
  std::vector<Trial> trials;
  for (const auto& [number, trial] : trials_) trials.push_back(trial);
  return trials;
}

}  // namespace mho
