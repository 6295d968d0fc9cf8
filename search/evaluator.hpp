// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "evaluators/evaluate.hpp"
#include "evaluators/zero_cost.hpp"
#include "search/run_config.hpp"
#include "search/trial.hpp"

namespace mho {

/// How a search judges what it proposes: the seam for objectives of a user's own, and for tests. All
/// functions are pure (the trial's number keys their random numbers) and are called from several threads at
/// once.
struct Evaluator {
  Shape input;
  int classes = 0;
  /// Trains the trial's network and scores it on what selects.
  std::function<Evaluation(const Architecture&, int trial, const EpochCallback&)> evaluate;
  /// Scores trained weights again, on fresh devices and on samples that selected nothing.
  std::function<Evaluation(const Architecture&, const Parameters&, int trial)> rescore;
  /// Trains to the end of a rung (0 first) of search.fidelity, on from `from` (null: from scratch), and
  /// scores what there is then. After the last rung it is what `evaluate` gives. Null where an evaluator
  /// cannot train in part.
  std::function<Evaluation(const Architecture&, int trial, int rung, const TrainingCheckpoint* from,
                           const EpochCallback&)>
      evaluate_rung = {};
  /// Measures the untrained network, for search.prefilter. Null where an evaluator has no such network.
  std::function<ZeroCost(const Architecture&, int trial)> zero_cost = {};
  /// In place of both: judges a genome itself, so that nothing is built, trained, mapped or exported. Fills
  /// what it knows of score, cost, parameters, macs, failed and reason. Winners are judged again under a
  /// number that no trial has. See own_objective.hpp.
  std::function<Trial(const Genome&, int trial)> judge = {};
};

/// The real one: trains on the task's training split, scores on its validation split, re-scores on its test
/// split. A network that is not clearly better than always answering the commonest class
/// (no_better_than_chance) is a failed trial: it loses nothing over a month and may have no deviation, so
/// that max_avm and accuracy_over_sigma would prefer it. Throws DataError for the data and ConfigError when
/// there is no validation split.
Evaluator make_evaluator(const RunConfig& config);

}  // namespace mho
