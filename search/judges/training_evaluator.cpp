// SPDX-License-Identifier: Apache-2.0
#include "search/judges/training_evaluator.hpp"

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "evaluators/scoring/chance.hpp"
#include "search/candidate_config.hpp"
#include "search/generations/fidelity.hpp"
#include "search/judges/ancestor.hpp"

namespace mho {
namespace {

/// Networks of a search have other layers than the file's.
void check_start_of_search(const TrainingConfig& training) {
  if (!training.from.empty())
    throw ConfigError("training.from: expected none in a search, whose networks have other layers, got " +
                      training.from +
                      "; mho evaluate trains one network from it, search.from starts candidates from "
                      "what fits");
}

Dataset dataset_to_select_on(const TaskConfig& task) {
  if (task.target == Target::next_step)
    throw ConfigError(
        "task.target: expected class, reconstruction or value in a search, whose networks end in one answer "
        "a sample, got next_step; mho evaluate judges one network");
  auto data = load_dataset(task);
  if (data.validation.count() == 0)
    throw ConfigError(
        "task.validation_fraction: expected more than 0, because a search selects on the validation "
        "split, got an empty split");
  return data;
}

/// Shared by the evaluators of one run.
struct SplitData {
  Dataset all;
  Samples held_out;  ///< that trials are scored on
  std::optional<Candidate> ancestor = {};
  Shape input() const { return {all.train.height, all.train.width, all.train.channels}; }
};

class TrainingEvaluator : public NetworkEvaluator, public RungTrainer, public UntrainedMeter {
 public:
  TrainingEvaluator(const RunConfig& config, std::shared_ptr<const SplitData> data, NetworkBuilder build)
      : NetworkEvaluator(std::move(build), data->input(), data->all.outputs),
        config_(config),
        data_(std::move(data)),
        trial_config_(config.evaluation()),
        stages_(training_stages(config.search, config.training.epochs)) {
    trial_config_.scoring.programmings = config.search.trial_programmings;
    trial_config_.mapping_mode = MappingMode::fast;
  }

  std::shared_ptr<const NetworkEvaluator> configured(const Genome& genome) const override {
    if (!has_settings(genome)) return itself();
    return std::make_shared<TrainingEvaluator>(candidate_config(config_, genome), data_, builder());
  }
  std::string features() const override { return data_->all.features; }
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
    return mho::zero_cost({architecture, config_.hardware}, data_->all.train, config_.training,
                          config_.task.target, key("trial", trial).with("training"));
  }

  Evaluation rescore(const Architecture& architecture, const Parameters& parameters,
                     int trial) const override {
    return mho::rescore(architecture, parameters, {data_->all.train, data_->all.test}, config_.evaluation(),
                        key("re-score", trial));
  }

  /// One epoch of a few mini-batches and one programming, of which the rest is so many times more.
  std::optional<double> estimate_s(const Architecture& architecture) const override {
    const int count = 2 * config_.training.batch_size;
    const Samples few = take_samples(data_->all.train, count);
    const Samples held_out = take_samples(data_->held_out, count);
    auto part = trial_config_;
    part.training.epochs = 1;
    part.scoring.programmings = 1;
    const auto both = mho::evaluate(architecture, {few, held_out}, part, key("estimate", 0));
    if (both.failed) return std::nullopt;
    const auto scored =
        mho::rescore(architecture, both.parameters, {few, held_out}, part, key("estimate", 0));
    const auto times = [](const Samples& all, const Samples& some) {
      return static_cast<double>(all.count()) / static_cast<double>(some.count());
    };
    return std::max(both.wall_s - scored.wall_s, 0.0) * times(data_->all.train, few) *
               config_.training.epochs +
           scored.wall_s * times(data_->held_out, held_out) * trial_config_.scoring.programmings;
  }

 private:
  RandomKey key(Purpose purpose, int trial) const {
    return RandomKey(config_.search.seed).with(purpose, static_cast<std::uint64_t>(trial));
  }

  /// Trains and scores on what selects; only what is trained to the end has to be better than chance.
  Evaluation train_part(const Architecture& architecture, int trial, const EpochCallback& on_epoch,
                        TrainingPart part) const {
    std::optional<Parameters> inherited;
    if (data_->ancestor)
      inherited = inherited_parameters(architecture, *data_->ancestor,
                                       key("trial", trial).with("training").with("initial weights"));
    part.initial = inherited ? &*inherited : nullptr;
    auto evaluation = mho::evaluate(architecture, {data_->all.train, data_->held_out}, trial_config_,
                                    key("trial", trial), on_epoch, part);
    if (evaluation.failed || evaluation.checkpoint) return evaluation;
    evaluation.reason = no_better_than_chance(evaluation.score, data_->held_out);
    evaluation.failed = !evaluation.reason.empty();
    return evaluation;
  }

  RunConfig config_;
  std::shared_ptr<const SplitData> data_;
  EvaluationConfig trial_config_;
  std::vector<TrainingStage> stages_;
};

}  // namespace

std::unique_ptr<NetworkEvaluator> make_evaluator(const RunConfig& config, NetworkBuilder build,
                                                 const NetworkReader& reader) {
  check_start_of_search(config.training);
  auto ancestor = load_ancestor(config.search.from, reader);
  if (!build) build = builder_of(Space(config.space));
  auto data = std::make_shared<SplitData>(SplitData{dataset_to_select_on(config.task), {}});
  data->ancestor = std::move(ancestor);
  data->held_out = take_samples(data->all.validation, config.search.trial_images);
  // Kept with each network: of the images that it is trained on.
  const Preprocessing preprocessing{data->all.mean, data->all.standard_deviation};
  const auto prepared = [build, preprocessing, digital = config.hardware.digital_layers](
                            const Genome& genome, Shape input, int classes) {
    return build(genome, input, classes).with_preprocessing(preprocessing).with_digital_layers(digital);
  };
  return std::make_unique<TrainingEvaluator>(config, std::move(data), prepared);
}

}  // namespace mho
