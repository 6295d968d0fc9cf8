// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "core/data/augmentation.hpp"
#include "core/nn/run/optimizer.hpp"
#include "evaluators/training/operands.hpp"
#include "evaluators/training/training_step.hpp"

namespace mho {
namespace {

/// A training under way: everything that one mini-batch reads and changes.
class Training {
 public:
  Training(const Architecture& architecture, const Samples& samples, const TaskConfig& task,
           const TrainingConfig& config, const HardwareConfig& hardware, RandomKey key,
           const std::vector<TrainingStage>& stages)
      : samples_(samples),
        task_(task),
        config_(config),
        key_(key),
        batch_(std::min(config.batch_size, static_cast<int>(samples.count()))),
        schedule_(stages, config.epochs, samples.labels, batch_),
        step_(architecture, config, hardware, make_loss(task, config, samples, architecture.classes()),
              batch_, key.with("initial weights")),
        images_(static_cast<size_t>(batch_ * samples.sample_size()) + kernel_slack()),
        labels_(static_cast<size_t>(batch_)),
        values_each_(samples.values.size() / static_cast<size_t>(samples.count())),
        values_(static_cast<size_t>(batch_) * values_each_) {}

  /// Mean loss of one epoch; NaN or infinite when the training has diverged.
  double run_epoch(int epoch) {
    order_ = schedule_.samples_of(epoch);
    Random random(key_.with("order", static_cast<std::uint64_t>(epoch)));
    random.shuffle(std::span<std::int64_t>(order_));
    const int steps = schedule_.steps_of(epoch);
    double loss = 0;
    for (int k = 0; k < steps && std::isfinite(loss); ++k) loss += run_step(epoch, k) / steps;
    return loss;
  }

  void calibrate() { step_.store().calibrate(samples_); }
  void resume(const TrainingCheckpoint& from) { step_.store().resume(from.parameters, from.optimizer); }
  OptimizerState optimizer_state() const { return step_.store().checkpoint(); }
  Parameters& parameters() { return step_.store().parameters(); }

 private:
  double run_step(int epoch, int k) {
    const int step = schedule_.first_step(epoch) + k, steps = schedule_.steps();
    const RandomKey key = key_.with("step", static_cast<std::uint64_t>(step));
    load_batch(k, key);
    const auto phase = step_.store().phase_at(step, steps);
    if (phase != TrainingPhase::digital && (k == 0 || phase != calibrated_)) {  // anew every epoch
      calibrate();
      calibrated_ = phase;
    }
    const int warmup = static_cast<int>(config_.warmup_fraction * steps);
    return step_.run({.images = images_.data(),
                      .labels = labels_.data(),
                      .count = batch_,
                      .key = key,
                      .values = wanted_values(task_, images_.data(), values_.data())},
                     phase, cosine_schedule(step, steps, warmup, config_.learning_rate));
  }

  void load_batch(int k, RandomKey key) {
    parallel_for(static_cast<size_t>(batch_), [&](size_t i) {
      const auto index = order_[static_cast<size_t>(k * batch_) + i];
      const auto size = static_cast<size_t>(samples_.sample_size());
      augment(samples_.image(index), samples_.height, samples_.width, samples_.channels, task_.augmentation,
              key.with("augmentation", i), std::span<float>(images_.data() + i * size, size));
      labels_[i] = samples_.labels[static_cast<size_t>(index)];
      std::copy_n(samples_.values.begin() + index * static_cast<std::ptrdiff_t>(values_each_), values_each_,
                  values_.begin() + static_cast<std::ptrdiff_t>(i * values_each_));
    });
  }

  const Samples& samples_;
  const TaskConfig& task_;
  const TrainingConfig& config_;
  RandomKey key_;
  int batch_;
  TrainingSchedule schedule_;
  TrainingStep step_;
  FloatBuffer images_;
  std::vector<int> labels_;
  std::size_t values_each_;
  std::vector<float> values_;
  Indices order_;
  TrainingPhase calibrated_ = TrainingPhase::digital;  ///< the phase of the last calibration
};

/// Of the step's buffers, the operands, and parameters, gradients and moments.
double predict_memory_mib(const Architecture& architecture, const Samples& samples,
                          const TrainingConfig& config, const HardwareConfig& hardware) {
  const Network network(architecture, mvm_settings(architecture, hardware));
  const int batch = std::min(config.batch_size, static_cast<int>(samples.count()));
  const int copies = config.optimizer == "adam" ? 4 : 3;
  const double bytes = static_cast<double>(training_bytes(network, batch, config.shards,
                                                          regime_of(config.regime).clips_gradients)) +
                       static_cast<double>(architecture.parameters()) * copies * sizeof(float);
  return bytes / (1 << 20);
}

}  // namespace

TrainingResult train(const Architecture& architecture, const Samples& samples, const TaskConfig& task,
                     const TrainingConfig& config, const HardwareConfig& hardware, RandomKey key,
                     const EpochCallback& on_epoch, const TrainingPart& part) {
  TrainingResult result;
  result.memory_mib = predict_memory_mib(architecture, samples, config, hardware);
  if (config.max_memory_mib > 0 && result.memory_mib > config.max_memory_mib) {
    result.failed = true;
    result.reason = fmt::format("training needs {:.0f} MiB, more than training.max_memory_mib = {}",
                                std::ceil(result.memory_mib), config.max_memory_mib);
    return result;
  }
  Training training(architecture, samples, task, config, hardware, key, part.stages);
  if (part.from) training.resume(*part.from);
  const int until = part.until > 0 ? part.until : config.epochs;
  for (int epoch = part.from ? part.from->epochs_done : 0; epoch < until && !result.failed; ++epoch) {
    result.final_loss = training.run_epoch(epoch);
    result.epochs_done = epoch + 1;
    if (!std::isfinite(result.final_loss)) {
      result.failed = true;
      result.reason =
          fmt::format("the loss became {} in epoch {} of {}", result.final_loss, epoch + 1, config.epochs);
    } else if (on_epoch && !on_epoch(epoch + 1, result.final_loss)) {
      result.failed = true;
      result.reason = fmt::format("stopped after epoch {} of {}", epoch + 1, config.epochs);
    }
  }
  if (!result.failed && until < config.epochs)  // before the calibration: the next step belongs to the whole
    result.checkpoint = {result.epochs_done, training.parameters(), training.optimizer_state()};
  if (!result.failed) training.calibrate();
  result.parameters = std::move(training.parameters());
  return result;
}

}  // namespace mho
