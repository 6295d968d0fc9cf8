// SPDX-License-Identifier: Apache-2.0
#include "search/judges/evaluator.hpp"

#include "search/spaces/build_architecture.hpp"

namespace mho {

Architecture NetworkEvaluator::network(const Genome& genome) const {
  const auto built = build_architecture(genome, input_, classes_, space_);
  return preprocessing_ ? built.with_preprocessing(*preprocessing_) : built;
}

Judgement NetworkEvaluator::judge(const Genome& genome, int trial, const EpochCallback& on_epoch) const {
  auto evaluation = evaluate(network(genome), trial, on_epoch);
  Judgement judgement;
  add_evaluation(evaluation, judgement.trial);
  if (!evaluation.failed) judgement.weights = std::move(evaluation.parameters);
  return judgement;
}

void add_evaluation(const Evaluation& evaluation, Trial& trial) {
  trial.failed = evaluation.failed;
  trial.reason = evaluation.reason;
  if (!evaluation.failed) trial.score = evaluation.score;
  trial.cost = evaluation.cost;
  trial.wall_s += evaluation.wall_s;
}

}  // namespace mho
