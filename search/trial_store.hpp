// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "search/trial.hpp"

namespace mho {

/// The trials of a run folder, a JSON line each in trials.jsonl. A recorded trial survives `kill -9`; a line
/// that was torn by one is dropped when the file is opened again.
class TrialStore {
 public:
  /// Reads what `file` holds; a missing file is an empty store. Throws DataError (file:line) for a whole line
  /// that is no trial or repeats a number, RunError when a torn line cannot be removed.
  explicit TrialStore(std::filesystem::path file);

  /// Appends and syncs. Throws RunError. Call it from one thread at a time.
  void record(const Trial& trial);
  /// Rewrites the file by number, atomically, however the trials ended. Throws RunError.
  void sort_file() const;

  /// The trial of that number, or null.
  const Trial* find(int number) const;
  /// Trials with numbers below `end`, by number.
  std::vector<Trial> before(int end) const;
  std::vector<Trial> all() const;
  int count() const { return static_cast<int>(trials_.size()); }

 private:
  std::filesystem::path file_;
  std::map<int, Trial> trials_;
};

}  // namespace mho
