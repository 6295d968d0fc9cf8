// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "search/study/trial.hpp"

namespace mho {

/// The record of a study's trials, each number once. This one is in memory and gone with the search; others
/// keep it, or share it with workers of which whoever claims a trial trains it. Call it from one thread at a
/// time.
class TrialStore {
 public:
  TrialStore() = default;
  virtual ~TrialStore() = default;
  TrialStore(const TrialStore&) = delete;
  TrialStore& operator=(const TrialStore&) = delete;

  /// What whoever has just joined should hear; "" when there is nothing.
  virtual std::string notice() const { return ""; }
  /// Where trials are recorded, for messages.
  virtual std::string place() const { return "trials in memory"; }
  /// Where in a generation this worker begins to claim trials, modulo its size: many workers do not all ask
  /// for the same one.
  virtual std::ptrdiff_t turn() const { return 0; }
  /// Reads what other workers have recorded meanwhile.
  virtual void refresh() {}
  /// True when this worker, and no other, is to train the trial that nobody has recorded.
  virtual bool claim(int number, const Genome& genome);
  /// Gives a claimed trial back untrained.
  virtual void release(int number);
  /// Returns after a moment, in which others may have finished what they train.
  virtual void wait_for_others() {}
  /// A trial that a kept store has recorded survives `kill -9`. Throws RunError.
  virtual void record(const Trial& trial);

  /// The trial of that number, or null.
  const Trial* find(int number) const;
  /// Trials with numbers below `end`, by number.
  std::vector<Trial> before(int end) const;
  std::vector<Trial> all() const;
  int count() const { return static_cast<int>(trials_.size()); }

  /// Writes all trials by number, a JSON line each, atomically. Throws RunError.
  void write_sorted(const std::filesystem::path& file) const;

 protected:
  std::map<int, Trial> trials_;
};

}  // namespace mho
