// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "search/trial.hpp"

namespace mho {

/// The record of a study's trials, each number once. A shared store has several workers: whoever claims a
/// trial trains it. Call it from one thread at a time.
class TrialStore {
 public:
  virtual ~TrialStore() = default;

  /// Whether other workers may train trials of this study.
  virtual bool shared() const = 0;
  /// What whoever has just joined should hear; "" when there is nothing.
  virtual std::string notice() const { return ""; }
  /// Reads what other workers have recorded meanwhile.
  virtual void refresh() = 0;
  /// True when this worker, and no other, is to train the trial that nobody has recorded.
  virtual bool claim(int number, const Genome& genome) = 0;
  /// Gives a claimed trial back untrained.
  virtual void release(int number) = 0;
  /// Returns after a moment, in which others may have finished what they train.
  virtual void wait_for_others() = 0;
  /// A trial that was recorded survives `kill -9`. Throws RunError.
  virtual void record(const Trial& trial) = 0;

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
