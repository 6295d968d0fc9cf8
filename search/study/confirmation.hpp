// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "search/study/trial.hpp"

namespace mho {

struct Study;

/// A trial that was trained again before it could become a winner.
struct Confirmation {
  Trial trial;     ///< its score is that of the fresh trainings together
  Score first;     ///< that by which the search found it
  int failed = 0;  ///< fresh trainings that failed
};

/// The score of several trainings of one network: means of means, the deviation of all their programmings
/// together, intervals averaged. At least one, all with the same times.
Score together(std::span<const Score> scores);

/// Trains the best SearchConfig::confirm trials of those that keep T_AVM again, confirm_trainings times each,
/// with keys of numbers that no trial has, and scores them on what selects. Whoever is best of many by one
/// noisy training owes part of it to luck; the fresh ones do not. Kept in the run folder's
/// confirmations.jsonl, from which a resume goes on. A trial all of whose trainings failed keeps no score.
/// Fewer only when the run was stopped.
std::vector<Confirmation> confirm(const Study& study, const std::vector<Trial>& trials);

/// What is selected from: the confirmed trials, or all without confirmation.
std::vector<Trial> confirmed_trials(const std::vector<Confirmation>& confirmations,
                                    const std::vector<Trial>& trials);

/// "the best by one training, trial 7, lost 0.42 points ..."; "" without confirmations.
std::string luck_note(const std::vector<Confirmation>& confirmations);

}  // namespace mho
