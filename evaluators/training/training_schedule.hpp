// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/data/stratify.hpp"

namespace mho {

/// A stretch of a training that sees a part of the data.
struct TrainingStage {
  int epochs = 0;   ///< done, in all, when the stage ends
  double data = 1;  ///< part of the training samples that its epochs go through, above 0, at most 1
};

/// Which samples each epoch of a training goes through and how its mini-batches are counted. Steps are
/// counted over the whole training, all stages: what depends on them (learning rate, start of the noise,
/// random numbers) does not depend on where the training is interrupted.
class TrainingSchedule {
 public:
  /// No stages: all epochs on all samples. A stage's samples are spread evenly over the classes, at least one
  /// mini-batch of `batch`. Throws std::invalid_argument unless the stages' epochs rise to `epochs`.
  TrainingSchedule(std::vector<TrainingStage> stages, int epochs, const std::vector<int>& labels, int batch);

  /// Mini-batches of the whole training.
  int steps() const { return first_step(epochs_); }
  /// Mini-batches before an epoch.
  int first_step(int epoch) const;
  int steps_of(int epoch) const;
  /// Positions of the samples that an epoch goes through, ascending.
  const Indices& samples_of(int epoch) const { return samples_[stage_of(epoch)]; }

 private:
  std::size_t stage_of(int epoch) const;
  int steps_in(std::size_t stage) const;

  std::vector<TrainingStage> stages_;
  int epochs_, batch_;
  std::vector<Indices> samples_;  ///< one a stage
};

}  // namespace mho
