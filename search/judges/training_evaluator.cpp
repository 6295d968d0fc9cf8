// SPDX-License-Identifier: Apache-2.0
#include "search/judges/training_evaluator.hpp"

#include <utility>

#include "core/base/error.hpp"
#include "evaluators/chance.hpp"
#include "search/generations/fidelity.hpp"

namespace mho {
namespace {

/// Networks of a search have other layers than the file's.
void check_start_of_search(const TrainingConfig& training) {
  if (!training.from.empty())
    throw ConfigError("training.from: expected none in a search, whose networks have other layers, got " +
                      training.from + "; mho evaluate trains one network from it");
}

Dataset dataset_to_select_on(const TaskConfig& task) {
  auto data = load_dataset(task);
  if (data.validation.count() == 0)
    throw ConfigError(
        "task.validation_fraction: expected more than 0, because a search selects on the validation "
        "split, got an empty split");
  return data;
}

class TrainingEvaluator : public NetworkEvaluator, public RungTrainer, public UntrainedMeter {
 public:
  TrainingEvaluator(const RunConfig& config, Dataset data)
      : NetworkEvaluator({data.train.height, data.train.width, data.train.channels}, data.outputs,
                         Preprocessing{data.mean, data.standard_deviation}, config.space),
        config_(config),
        data_(std::move(data)),
        held_out_(take_samples(data_.validation, config.search.trial_images)),
        trial_config_(config.evaluation()),
        stages_(training_stages(config.search, config.training.epochs)) {
    trial_config_.scoring.programmings = config.search.trial_programmings;
    trial_config_.mapping_mode = MappingMode::fast;
  }

  std::string features() const override { return data_.features; }
  const RungTrainer* rungs() const override { return this; }
  const UntrainedMeter* untrained() const override { return this; }

  Evaluation evaluate(const Architecture& architecture, int trial,
                      const EpochCallback& on_epoch) const override {
    return train_part(architecture, trial, on_epoch, {stages_});
  }

  Evaluation evaluate_rung(const Architecture& architecture, int trial, int rung,
                           const TrainingCheckpoint* from, const EpochCallback& on_epoch) const override {
    return train_part(architecture, trial, on_epoch,
                      {stages_, from, stages_.at(static_cast<size_t>(rung)).epochs});
  }

  ZeroCost zero_cost(const Architecture& architecture, int trial) const override {
    return mho::zero_cost({architecture, config_.hardware}, data_.train, config_.training,
                          config_.task.target, key("trial", trial).with("training"));
  }

  Evaluation rescore(const Architecture& architecture, const Parameters& parameters,
                     int trial) const override {
    return mho::rescore(architecture, parameters, {data_.train, data_.test}, config_.evaluation(),
                        key("re-score", trial));
  }

 private:
  RandomKey key(const char* purpose, int trial) const {
    return RandomKey(config_.search.seed).with(purpose, static_cast<std::uint64_t>(trial));
  }

  /// Trains and scores on what selects; only what is trained to the end has to be better than chance.
  Evaluation train_part(const Architecture& architecture, int trial, const EpochCallback& on_epoch,
                        const TrainingPart& part) const {
    auto evaluation = mho::evaluate(architecture, {data_.train, held_out_}, trial_config_,
                                    key("trial", trial), on_epoch, part);
    if (evaluation.failed || evaluation.checkpoint) return evaluation;
    evaluation.reason = no_better_than_chance(evaluation.score, held_out_);
    evaluation.failed = !evaluation.reason.empty();
    return evaluation;
  }

  RunConfig config_;
  Dataset data_;
  Samples held_out_;
  EvaluationConfig trial_config_;
  std::vector<TrainingStage> stages_;
};

}  // namespace

std::unique_ptr<NetworkEvaluator> make_evaluator(const RunConfig& config) {
  check_start_of_search(config.training);
  return std::make_unique<TrainingEvaluator>(config, dataset_to_select_on(config.task));
}

}  // namespace mho
