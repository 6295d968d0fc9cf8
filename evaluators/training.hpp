// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/analog/hardware.hpp"
#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/graph/architecture.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/run/loss.hpp"
#include "evaluators/training_checkpoint.hpp"
#include "evaluators/training_schedule.hpp"

namespace mho {

/// The [training] table: how weights come to be.
struct TrainingConfig {
  std::string regime = "hardware_aware";  ///< digital | hardware_aware | pim_qat
  int epochs = 20;
  int batch_size = 32;
  std::string optimizer = "sgd";  ///< sgd (momentum, Nesterov) | adam
  double learning_rate = 0.1;     ///< peak; cosine to zero after a linear warm-up
  double momentum = 0.9;
  double weight_decay = 5e-4;    ///< on crossbar weights only
  double warmup_fraction = 0.1;  ///< of all steps
  double weight_noise = 0.06;    ///< standard deviation relative to the column's (or tile's) largest weight
  double clip_deviations =
      2.5;  ///< weights are clipped at this many standard deviations of their layer; 0: never
  double digital_fraction = 0.2;  ///< of all steps before noise and converters are switched on
  double adc_fraction = 0.8;      ///< pim_qat: of all steps before the ADC is switched on
  double least_drift = 0.7;       ///< pim_qat: conductances are what drift leaves of them, from this to 1
  double label_smoothing = 0.0;
  double input_range_rate = 1.0;  ///< of learned input ranges: their learning rate over that of the weights
  double input_range_decay = 0.001;  ///< added to the gradient of a learned range's logarithm
  int max_memory_mib = 0;            ///< a candidate that needs more to train fails; 0: no limit
  int shards = 8;  ///< fixed parts of a mini-batch; results do not depend on threads, only on this

  void fields(FieldVisitor& visitor);
};

/// What training lowers. Every task is a classification so far: cross-entropy.
std::unique_ptr<Loss> make_loss(const TrainingConfig& training);

/// A trained network, or why it is none: a diverged training is a failed trial, not an exception.
struct TrainingResult {
  Parameters parameters;
  bool failed = false;
  std::string reason;     ///< e.g. "loss became NaN in epoch 3"
  double memory_mib = 0;  ///< predicted footprint of a training step
  double final_loss = 0;  ///< mean over the last epoch
  int epochs_done = 0;
  std::optional<TrainingCheckpoint> checkpoint = {};  ///< of a training that ended before its last epoch
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
};

/// Trains and calibrates every crossbar layer's input range on training samples. Same arguments, same bits,
/// for any number of threads and parts.
TrainingResult train(const Architecture& architecture, const Samples& samples,
                     const std::string& augmentation, const TrainingConfig& training,
                     const HardwareConfig& hardware, RandomKey key, const EpochCallback& on_epoch = {},
                     const TrainingPart& part = {});

}  // namespace mho
