// SPDX-License-Identifier: Apache-2.0
#include "search/judges/evaluator.hpp"

#include "core/base/error.hpp"

namespace mho {

NetworkBuilder builder_of(const Space& space) {
  if (!space.builds())
    throw ConfigError(
        "space.network: expected a file with an architecture template, because networks are to be trained, "
        "got "
        "none; an objective of your own needs none (mho.search in Python)");
  return
      [space](const Genome& genome, Shape input, int classes) { return space.build(genome, input, classes); };
}

Judgement NetworkEvaluator::judge(const Genome& genome, int trial, const EpochCallback& on_epoch) const {
  auto evaluation = configured(genome)->evaluate(network(genome), trial, on_epoch);
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
