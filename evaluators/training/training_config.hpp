// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/fields.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/kernels/arithmetic.hpp"
#include "core/nn/run/loss.hpp"
#include "core/nn/run/optimizer.hpp"
#include "core/nn/run/training_network.hpp"
#include "evaluators/training/on_chip_config.hpp"

namespace mho {

/// Which layers an epoch updates: all, or those whose tangent kernel has kept its size (TangentGate).
enum class UpdateGate { none, mntk };
template <>
inline constexpr std::array words_of<UpdateGate>{"none", "mntk"};

/// How often a sample's class counts in the loss: all samples the same, all classes the same, or between.
enum class ClassWeights { none, root, balanced };
template <>
inline constexpr std::array words_of<ClassWeights>{"none", "root", "balanced"};

/// Of training's products; automatic is the faster one of this machine (decision 0013).
enum class TrainingArithmetic { float32, bfloat16, automatic };
template <>
inline constexpr std::array words_of<TrainingArithmetic>{"float32", "bfloat16", "auto"};

/// The [training] table: how weights come to be.
struct TrainingConfig {
  std::string regime = "hardware_aware";  ///< one of regimes(), evaluators/training/weight_store.hpp
  std::string from = "";                  ///< winner folder or ONNX file to start from; "": drawn weights
  std::vector<std::string> frozen = {};   ///< layers whose trained numbers stay
  BatchNorms batch_norms = BatchNorms::trained;
  TrainingArithmetic arithmetic = TrainingArithmetic::float32;
  int epochs = 20;
  int batch_size = 32;
  OptimizerKind optimizer = OptimizerKind::sgd;
  double learning_rate = 0.1;  ///< peak; cosine to zero after a linear warm-up
  double momentum = 0.9;
  double weight_decay = 5e-4;    ///< on crossbar weights only
  double clip_gradient = 0;      ///< largest norm of all gradients together; 0: no limit
  bool carry_state = false;      ///< windows of a text go on with the states of those before
  double warmup_fraction = 0.1;  ///< of all steps
  double weight_noise = 0.06;    ///< standard deviation relative to the column's (or tile's) largest weight
  double clip_deviations =
      2.5;  ///< weights are clipped at this many standard deviations of their layer; 0: never
  double digital_fraction = 0.2;  ///< of all steps before noise and converters are switched on
  double adc_fraction = 0.8;      ///< pim_qat: of all steps before the ADC is switched on
  double least_drift = 0.7;       ///< pim_qat: conductances are what drift leaves of them, from this to 1
  double label_smoothing = 0.0;
  ClassWeights class_weights = ClassWeights::none;
  double input_range_rate = 1.0;  ///< of learned input ranges: their learning rate over that of the weights
  double input_range_decay = 0.001;  ///< added to the gradient of a learned range's logarithm
  int max_memory_mib = 0;            ///< a candidate that needs more to train fails; 0: no limit
  OnChipConfig on_chip = {};
  UpdateGate update_gate = UpdateGate::none;
  double update_gate_level = 0.5;
  int update_gate_samples = 32;
  int shards = 8;  ///< fixed parts of a mini-batch; results do not depend on threads, only on this

  void fields(FieldVisitor& visitor);
};

/// Whether training multiplies bfloat16 numbers: `automatic` does where the processor can and the regime's
/// weights are numbers.
Arithmetic arithmetic_of(const TrainingConfig& training);

/// Makes `automatic` what it is on this machine, so that a run folder and a study hold what was computed
/// with.
void resolve_arithmetic(TrainingConfig& training);

/// Refuses bfloat16 for a regime whose weights live on devices. Throws ConfigError.
void check_arithmetic(const TrainingConfig& training);

/// Refuses frozen layers and kept batch norms without weights to start from. Throws ConfigError.
void check_start(const TrainingConfig& training);

/// What training on `samples` lowers: cross-entropy for classes (of every step), mean squared error for a
/// reconstruction and
/// for values. `outputs` of the network.
std::unique_ptr<Loss> make_loss(Target target, const TrainingConfig& training, const Samples& samples,
                                int outputs);

/// What such a loss wants of a mini-batch with these images (and values): null for classes.
const float* wanted_values(Target target, const float* images, const float* values);

/// Refuses what a target leaves without effect. Throws ConfigError.
void check_loss(Target target, const TrainingConfig& training);

}  // namespace mho
