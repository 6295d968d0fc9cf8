// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/graph/parameters.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/training/trained_chip.hpp"
#include "evaluators/training/training_checkpoint.hpp"
#include "evaluators/training/training_config.hpp"
#include "evaluators/training/training_schedule.hpp"

namespace mho {

/// What a network is trained on, and how; all of it must outlive the training.
struct TrainingTask {
  const Samples& samples;
  const TrainingConfig& config;
  Augmentation augmentation = Augmentation::none;
  Target target = Target::classes;
};

/// A trained network, or why it is none: a diverged training is a failed trial, not an exception.
struct TrainingResult {
  Parameters parameters;
  bool failed = false;
  std::string reason;     ///< e.g. "loss became NaN in epoch 3"
  double memory_mib = 0;  ///< predicted footprint of a training step
  double final_loss = 0;  ///< mean over the last epoch
  int epochs_done = 0;
  std::optional<TrainingCheckpoint> checkpoint = {};  ///< of a training that ended before its last epoch
  std::shared_ptr<const TrainedChip> chip = {};       ///< of on-chip regimes
};

/// Called after every epoch with (epochs done, mean loss); returning false stops the training
/// (TrainingResult::failed).
using EpochCallback = std::function<bool(int, double)>;

/// The part of a training that one call does. The learning rate, the noise's start and every random number
/// belong to the whole training's steps, wherever it is interrupted: a part ends at the rate that the whole
/// cosine has there.
struct TrainingPart {
  std::vector<TrainingStage> stages = {};    ///< of the whole training; see TrainingSchedule
  const TrainingCheckpoint* from = nullptr;  ///< where an earlier part ended; null: from scratch
  int until = 0;                             ///< epochs done when this part ends; 0: all
  const Parameters* initial = nullptr;       ///< trained weights to start from; null: drawn ones
  /// Called after each epoch but the last with where the training stands.
  std::function<void(const TrainingCheckpoint&)> keep = {};
};

/// Trains and calibrates every crossbar layer's input range on training samples. Same arguments, same bits,
/// for any number of threads and parts.
TrainingResult train(const CompiledCandidate& candidate, const TrainingTask& task, RandomKey key,
                     const EpochCallback& on_epoch = {}, const TrainingPart& part = {});

}  // namespace mho
