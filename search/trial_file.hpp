// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/trial_store.hpp"

namespace mho {

/// The trials of a run folder, a JSON line each in trials.jsonl. A recorded trial survives `kill -9`; a line
/// that was torn by one is dropped when the file is opened again.
class TrialFile : public TrialStore {
 public:
  /// Reads what `file` holds; a missing file is an empty store. Throws DataError (file:line) for a whole line
  /// that is no trial or repeats a number, RunError when a torn line cannot be removed.
  explicit TrialFile(std::filesystem::path file);

  bool shared() const override { return false; }
  void refresh() override {}
  bool claim(int, const Genome&) override { return true; }
  void release(int) override {}
  void wait_for_others() override {}
  /// Appends and syncs.
  void record(const Trial& trial) override;

 private:
  std::filesystem::path file_;
};

}  // namespace mho
