// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/study/trial_store.hpp"

namespace mho {

/// The whole lines of a trials.jsonl; a missing file has none. The same trial twice, as two searches in one
/// folder leave it, counts once (its wall time may differ). Throws DataError (file:line) for a whole line
/// that is no trial or says otherwise of a number.
std::map<int, Trial> read_trials(const std::filesystem::path& file);

/// The trials of a run folder, a JSON line each in trials.jsonl, for the one search that is at work in it. A
/// recorded trial survives `kill -9`; a line that was torn by one is dropped when the file is opened again.
class TrialFile : public TrialStore {
 public:
  /// read_trials; RunError when a torn line cannot be removed.
  explicit TrialFile(std::filesystem::path file);

  std::string place() const override { return file_.string(); }
  /// Appends and syncs.
  void record(const Trial& trial) override;

 private:
  std::filesystem::path file_;
};

}  // namespace mho
