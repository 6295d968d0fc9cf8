// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/parallel.hpp"
#include "core/data/augmentation.hpp"
#include "core/nn/run/carried_states.hpp"
#include "core/nn/run/optimizer.hpp"
#include "evaluators/training/operands.hpp"
#include "evaluators/training/tangent_gate.hpp"
#include "evaluators/training/training_step.hpp"

namespace mho {
namespace {

int batch_size(const TrainingTask& task) {
  return std::min(task.config.batch_size, static_cast<int>(task.samples.count()));
}

/// Without what post-training set: that belongs to the weights as they were, and is set anew after this
/// training.
std::optional<Parameters> uncalibrated(const Parameters* initial) {
  if (!initial) return std::nullopt;
  auto parameters = *initial;
  for (auto& layer : parameters) {
    layer.split_ranges.clear();
    layer.column_scales.clear();
  }
  return parameters;
}

/// Samples that follow each other as `batch` streams side by side: row b of step k is sample b * steps + k.
Indices in_streams(const Indices& samples, int batch, int steps) {
  Indices order;
  for (int k = 0; k < steps; ++k)
    for (int row = 0; row < batch; ++row)
      order.push_back(
          samples[static_cast<size_t>(row) * static_cast<size_t>(steps) + static_cast<size_t>(k)]);
  return order;
}

/// A training under way: everything that one mini-batch reads and changes.
class Training {
 public:
  Training(const CompiledCandidate& candidate, const TrainingTask& task, RandomKey key,
           const TrainingPart& part)
      : samples_(task.samples),
        augmentation_(task.augmentation),
        target_(task.target),
        config_(task.config),
        key_(key),
        batch_(batch_size(task)),
        initial_(uncalibrated(part.initial)),
        schedule_(part.stages, config_.epochs, samples_.labels, batch_),
        step_(candidate, config_,
              make_loss(task.target, config_, samples_, candidate.architecture().classes()), batch_,
              key.with("initial weights"), initial_ ? &*initial_ : nullptr),
        images_(static_cast<size_t>(batch_ * samples_.sample_size()) + kernel_slack()),
        labels_each_(static_cast<size_t>(samples_.answers_each())),
        labels_(static_cast<size_t>(batch_) * labels_each_),
        values_each_(samples_.values.size() / static_cast<size_t>(samples_.count())),
        values_(static_cast<size_t>(batch_) * values_each_) {
    if (config_.carry_state) carried_.emplace(candidate.network(), batch_);
    if (config_.update_gate == UpdateGate::mntk)
      gate_.emplace(candidate, initial_parameters(candidate.architecture(), key.with("initial weights")),
                    samples_, config_, key.with("update gate"));
  }

  /// Mean loss of one epoch; NaN or infinite when the training has diverged.
  double run_epoch(int epoch) {
    order_ = schedule_.samples_of(epoch);
    const int steps = schedule_.steps_of(epoch);
    if (carried_) {
      order_ = in_streams(order_, batch_, steps);
      carried_->clear();
    } else {
      Random random(key_.with("order", static_cast<std::uint64_t>(epoch)));
      random.shuffle(std::span<std::int64_t>(order_));
    }
    if (gate_) step_.store().gate(gate_->open(step_.store().parameters()));
    double loss = 0;
    for (int k = 0; k < steps && std::isfinite(loss); ++k) loss += run_step(epoch, k) / steps;
    return loss;
  }

  void calibrate() { step_.store().calibrate(samples_); }
  void resume(const TrainingCheckpoint& from) {
    step_.store().resume(from.parameters, from.optimizer);
    step_.store().load(from.store);
  }
  TrainingCheckpoint checkpoint(int epochs_done) {
    TrainingCheckpoint at{epochs_done, parameters(), step_.store().checkpoint()};
    step_.store().save(at.store);
    return at;
  }
  std::shared_ptr<const TrainedChip> chip() const { return step_.store().chip(); }
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
    const double loss = step_.run({.images = images_.data(),
                                   .labels = labels_.data(),
                                   .count = batch_,
                                   .key = key,
                                   .values = wanted_values(target_, images_.data(), values_.data()),
                                   .carried = carried_ ? &*carried_ : nullptr},
                                  phase, cosine_schedule(step, steps, warmup, config_.learning_rate));
    if (carried_) carried_->advance();
    return loss;
  }

  void load_batch(int k, RandomKey key) {
    parallel_for(static_cast<size_t>(batch_), [&](size_t i) {
      const auto index = order_[static_cast<size_t>(k * batch_) + i];
      const auto size = static_cast<size_t>(samples_.sample_size());
      augment(samples_.image(index), {samples_.height, samples_.width, samples_.channels}, augmentation_,
              key.with("augmentation", i), std::span<float>(images_.data() + i * size, size));
      std::copy_n(samples_.answers() + index * static_cast<std::ptrdiff_t>(labels_each_), labels_each_,
                  labels_.begin() + static_cast<std::ptrdiff_t>(i * labels_each_));
      std::copy_n(samples_.values.begin() + index * static_cast<std::ptrdiff_t>(values_each_), values_each_,
                  values_.begin() + static_cast<std::ptrdiff_t>(i * values_each_));
    });
  }

  const Samples& samples_;
  Augmentation augmentation_;
  Target target_;
  const TrainingConfig& config_;
  RandomKey key_;
  int batch_;
  std::optional<Parameters> initial_;
  TrainingSchedule schedule_;
  TrainingStep step_;
  std::optional<TangentGate> gate_;
  std::optional<CarriedStates> carried_;
  FloatBuffer images_;
  std::size_t labels_each_;
  std::vector<int> labels_;
  std::size_t values_each_;
  std::vector<float> values_;
  Indices order_;
  TrainingPhase calibrated_ = TrainingPhase::digital;  ///< the phase of the last calibration
};

/// Of the step's buffers, the operands, and parameters, gradients and moments.
double predict_memory_mib(const CompiledCandidate& candidate, const TrainingTask& task) {
  const int copies = task.config.optimizer == OptimizerKind::sgd ? 3 : 4;
  const auto buffers =
      training_bytes(candidate.network(), batch_size(task), task.config.shards,
                     regime_of(task.config.regime).clips_gradients, arithmetic_of(task.config));
  const double bytes = static_cast<double>(buffers) +
                       static_cast<double>(candidate.architecture().parameters()) * copies * sizeof(float);
  return bytes / (1 << 20);
}

/// Why the training ends after `epoch`; "" when it goes on.
std::string why_stop(int epoch, double loss, const TrainingConfig& config, const EpochCallback& on_epoch) {
  if (!std::isfinite(loss))
    return fmt::format("the loss became {} in epoch {} of {}", loss, epoch + 1, config.epochs);
  if (on_epoch && !on_epoch(epoch + 1, loss))
    return fmt::format("stopped after epoch {} of {}", epoch + 1, config.epochs);
  return "";
}

}  // namespace

TrainingResult train(const CompiledCandidate& candidate, const TrainingTask& task, RandomKey key,
                     const EpochCallback& on_epoch, const TrainingPart& part) {
  const auto& config = task.config;
  TrainingResult result;
  result.memory_mib = predict_memory_mib(candidate, task);
  if (config.max_memory_mib > 0 && result.memory_mib > config.max_memory_mib) {
    result.failed = true;
    result.reason = fmt::format("training needs {:.0f} MiB, more than training.max_memory_mib = {}",
                                std::ceil(result.memory_mib), config.max_memory_mib);
    return result;
  }
  Training training(candidate, task, key, part);
  if (part.from) training.resume(*part.from);
  const int until = part.until > 0 ? part.until : config.epochs;
  for (int epoch = part.from ? part.from->epochs_done : 0; epoch < until && !result.failed; ++epoch) {
    result.final_loss = training.run_epoch(epoch);
    result.epochs_done = epoch + 1;
    result.reason = why_stop(epoch, result.final_loss, config, on_epoch);
    result.failed = !result.reason.empty();
    if (part.keep && std::isfinite(result.final_loss) && epoch + 1 < until)
      part.keep(training.checkpoint(epoch + 1));
  }
  if (!result.failed && until < config.epochs)  // before the calibration: the next step belongs to the whole
    result.checkpoint = training.checkpoint(result.epochs_done);
  if (!result.failed) training.calibrate();
  if (!result.failed) result.chip = training.chip();
  result.parameters = std::move(training.parameters());
  return result;
}

}  // namespace mho
