// SPDX-License-Identifier: Apache-2.0
#include "search/evaluator.hpp"

#include <memory>

#include "core/base/error.hpp"
#include "evaluators/chance.hpp"
#include "search/fidelity.hpp"

namespace mho {
namespace {

RandomKey trial_key(const RunConfig& config, const char* purpose, int trial) {
  return RandomKey(config.search.seed).with(purpose, static_cast<std::uint64_t>(trial));
}

using TrainPart =
    std::function<Evaluation(const Architecture&, int trial, const EpochCallback&, const TrainingPart&)>;

/// Trains and scores on what selects; only what is trained to the end has to be better than chance.
TrainPart make_train_part(const RunConfig& config, const std::shared_ptr<const Dataset>& data) {
  const auto held_out =
      std::make_shared<const Samples>(take_samples(data->validation, config.search.trial_images));
  auto trial_config = config.evaluation();
  trial_config.scoring.programmings = config.search.trial_programmings;
  trial_config.mapping_mode = MappingMode::fast;
  return [config, data, held_out, trial_config](const Architecture& architecture, int trial,
                                                const EpochCallback& on_epoch, const TrainingPart& part) {
    auto evaluation = evaluate(architecture, data->train, *held_out, trial_config,
                               trial_key(config, "trial", trial), on_epoch, part);
    if (evaluation.failed || evaluation.checkpoint) return evaluation;
    evaluation.reason = no_better_than_chance(evaluation.score, held_out->count());
    evaluation.failed = !evaluation.reason.empty();
    return evaluation;
  };
}

void add_training(Evaluator& evaluator, const TrainPart& train_part,
                  const std::vector<TrainingStage>& stages) {
  evaluator.evaluate = [train_part, stages](const Architecture& architecture, int trial,
                                            const EpochCallback& on_epoch) {
    return train_part(architecture, trial, on_epoch, {stages});
  };
  evaluator.evaluate_rung = [train_part, stages](const Architecture& architecture, int trial, int rung,
                                                 const TrainingCheckpoint* from,
                                                 const EpochCallback& on_epoch) {
    return train_part(architecture, trial, on_epoch,
                      {stages, from, stages.at(static_cast<size_t>(rung)).epochs});
  };
}

}  // namespace

Evaluator make_evaluator(const RunConfig& config) {
  const auto data = std::make_shared<const Dataset>(load_dataset(config.task));
  if (data->validation.count() == 0)
    throw ConfigError(
        "task.validation_fraction: expected more than 0, because a search selects on the validation "
        "split, got an empty split");
  Evaluator evaluator;
  evaluator.input = {data->train.height, data->train.width, data->train.channels};
  evaluator.classes = data->classes;
  add_training(evaluator, make_train_part(config, data),
               training_stages(config.search, config.training.epochs));
  evaluator.zero_cost = [config, data](const Architecture& architecture, int trial) {
    return zero_cost(architecture, data->train, config.training, config.hardware,
                     trial_key(config, "trial", trial).with("training"));
  };
  evaluator.rescore = [config, data](const Architecture& architecture, const Parameters& parameters,
                                     int trial) {
    return rescore(architecture, parameters, data->train, data->test, config.evaluation(),
                   trial_key(config, "re-score", trial));
  };
  return evaluator;
}

}  // namespace mho
