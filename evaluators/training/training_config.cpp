// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_config.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/nn/kernels/bfloat16.hpp"
#include "evaluators/training/weight_store.hpp"

namespace mho {
namespace {

/// Noise and converters in digital training.
void noise_fields(TrainingConfig& config, FieldVisitor& visitor) {
  visitor.field("weight_noise", &config.weight_noise, between(0, 10),
                "Standard deviation of the weights' noise in units of g_max, drawn each mini-batch.");
  visitor.field("clip_deviations", &config.clip_deviations, between(0, 1000),
                "Weights are clipped at this many standard deviations of their layer; 0: never.");
  visitor.field("digital_fraction", &config.digital_fraction, between(0, 1),
                "Of all steps: how long before noise and converters are switched on.");
  visitor.field("input_range_rate", &config.input_range_rate, between(0, 1000),
                "Learning rate of learned input ranges (their logarithms), over that of the weights.");
  visitor.field(
      "input_range_decay", &config.input_range_decay, between(0, 10),
      "Shrinks a learned input range while it clips less than 5 % of its inputs: added to the gradient "
      "of its logarithm.");
  visitor.field("adc_fraction", &config.adc_fraction, between(0, 1),
                "pim_qat: of all steps, how long before the ADC is switched on too.");
  visitor.field(
      "least_drift", &config.least_drift, between(0.01, 1),
      "pim_qat: while the ADC is on, each mini-batch's conductances are multiplied by a factor from this "
      "to 1 (its logarithm is uniform), as drift will, and outputs divided by it; 1: never.");
}

/// Which layers are updated, what limits a run, and the loss.
void limit_fields(TrainingConfig& config, FieldVisitor& visitor) {
  visitor.field(
      "update_gate", &config.update_gate,
      "mntk: in every epoch only layers are updated whose tangent kernel has kept its size (modular "
      "adaptive training).");
  visitor.field("update_gate_level", &config.update_gate_level, between(0, 1),
                "mntk: a layer is updated while its kernel's largest eigenvalue, over that of its initial "
                "weights, is at least this part of the largest such ratio of all layers.");
  visitor.field("update_gate_samples", &config.update_gate_samples, between(2, 1024),
                "mntk: training samples that the kernels are over.");
  visitor.field("max_memory_mib", &config.max_memory_mib, at_least(0),
                "A candidate whose training step needs more memory is a failed trial; 0: no limit.");
  visitor.field("label_smoothing", &config.label_smoothing, between(0, 0.99), "Of the cross-entropy.");
  visitor.field(
      "class_weights", &config.class_weights,
      "Of the cross-entropy, for sets with rare classes: none: every sample counts the same; balanced: "
      "every class does; root: between the two, weights are the square roots of balanced ones, which "
      "trains steadily where a class is very rare.");
  visitor.field(
      "shards", &config.shards, between(1, 1024),
      "Fixed parts of a mini-batch that threads may share; results depend on this, never on threads.");
}

bool is_of_classes(Target target) { return target == Target::classes || target == Target::next_step; }

}  // namespace

void TrainingConfig::fields(FieldVisitor& visitor) {
  visitor.field("regime", &regime, one_of(regime_names()), "How weights come to be. " + regime_help());
  visitor.field(
      "from", &from, anything(),
      "A winner folder or ONNX file of the same network, relative to this file: training starts from its "
      "weights (fine-tuning). \"\": from drawn ones.");
  visitor.field("frozen", &frozen, anything(),
                "Names of layers whose weights, biases, gammas and betas stay as `from` has them.");
  visitor.field(
      "batch_norms", &batch_norms,
      "trained: gammas, betas and statistics go on, so that they become those of the noisy network; kept: "
      "all stay as `from` has them. Kept ones multiply their layers' steps: learning_rate has to be much "
      "smaller, or optimizer adam.");
  visitor.field(
      "arithmetic", &arithmetic,
      "Of the products of convolutions and dense layers, forward and backward. bfloat16 rounds what they "
      "multiply to 8 bits and sums in float32; weights, optimiser and batch norms stay float32. Faster where "
      "the processor has AVX-512-BF16, far slower elsewhere. auto: bfloat16 where it is fast. A run keeps "
      "what it was started with.");
  visitor.field("epochs", &epochs, between(1, 100000), "Passes over the training split.");
  visitor.field("batch_size", &batch_size, between(1, 65536), "Images of one mini-batch.");
  visitor.field(
      "optimizer", &optimizer,
      "sgd (Nesterov momentum), adam, or lns_madam: weights on an 8-bit logarithmic grid that steps "
      "multiply, without a copy in float (learning_rate: 1/128).");
  visitor.field("learning_rate", &learning_rate, between(0, 100), "Peak; a cosine falls from it to zero.");
  visitor.field("momentum", &momentum, between(0, 0.9999), "Of sgd; the first moment of adam.");
  visitor.field("weight_decay", &weight_decay, between(0, 10), "On weight matrices only.");
  visitor.field(
      "clip_gradient", &clip_gradient, between(0, 1e9),
      "Largest norm of all gradients together: a larger one is scaled down to it, which recurrent layers "
      "want; 0: no limit.");
  visitor.field(
      "carry_state", &carry_state, anything(),
      "Of a text (task.target = next_step): recurrent layers go on with the states that the window before "
      "ended with, through which no gradient goes (truncated back-propagation through time). Row b of every "
      "mini-batch then reads its own part of the text in order, from states of zero at every epoch's begin; "
      "nothing is shuffled. Scoring begins every window with zero.");
  visitor.field("warmup_fraction", &warmup_fraction, between(0, 1),
                "Of all steps: the learning rate's linear rise.");
  noise_fields(*this, visitor);
  on_chip.fields(visitor);
  limit_fields(*this, visitor);
}

Arithmetic arithmetic_of(const TrainingConfig& training) {
  if (training.arithmetic != TrainingArithmetic::automatic)
    return training.arithmetic == TrainingArithmetic::bfloat16 ? Arithmetic::bfloat16 : Arithmetic::float32;
  return has_bfloat16() && !regime_of(training.regime).on_chip ? Arithmetic::bfloat16 : Arithmetic::float32;
}

void resolve_arithmetic(TrainingConfig& training) {
  training.arithmetic = arithmetic_of(training) == Arithmetic::bfloat16 ? TrainingArithmetic::bfloat16
                                                                        : TrainingArithmetic::float32;
}

void check_arithmetic(const TrainingConfig& training) {
  if (training.arithmetic == TrainingArithmetic::bfloat16 && regime_of(training.regime).on_chip)
    throw ConfigError(
        fmt::format("training.arithmetic: expected float32 or auto with training.regime = {}, whose weights "
                    "live on devices, got bfloat16",
                    training.regime));
}

void check_start(const TrainingConfig& training) {
  if (!training.from.empty()) return;
  if (!training.frozen.empty())
    throw ConfigError(
        fmt::format("training.frozen: expected training.from, whose weights stay, got none (frozen: {})",
                    join(training.frozen)));
  if (training.batch_norms == BatchNorms::kept)
    throw ConfigError(
        "training.batch_norms = kept: expected training.from, whose batch norms stay, got none");
}

std::unique_ptr<Loss> make_loss(Target target, const TrainingConfig& training, const Samples& samples,
                                int outputs) {
  if (!is_of_classes(target)) return std::make_unique<MeanSquaredError>();
  if (training.class_weights == ClassWeights::none)
    return std::make_unique<SoftmaxCrossEntropy>(training.label_smoothing);
  return std::make_unique<SoftmaxCrossEntropy>(
      training.label_smoothing,
      class_weights(samples.labels, outputs, training.class_weights == ClassWeights::root ? 0.5 : 1));
}

const float* wanted_values(Target target, const float* images, const float* values) {
  if (is_of_classes(target)) return nullptr;
  return target == Target::reconstruction ? images : values;
}

void check_loss(Target target, const TrainingConfig& training) {
  if (training.carry_state && target != Target::next_step)
    throw ConfigError(fmt::format(
        "training.carry_state: expected false with task.target = \"{}\", whose samples do not follow "
        "each other, got true",
        word_of(target)));
  if (target == Target::classes) return;
  const auto refuse = [&](const char* key, const char* expected, const std::string& got) {
    throw ConfigError(fmt::format(
        "training.{}: expected {} with task.target = \"{}\", whose loss is the {}, got {}", key, expected,
        word_of(target), is_of_classes(target) ? "mean over all steps" : "mean squared error", got));
  };
  if (is_of_classes(target) && training.update_gate != UpdateGate::none)
    refuse("update_gate", "\"none\"", "\"" + word_of(training.update_gate) + "\"");
  if (!is_of_classes(target) && training.label_smoothing > 0)
    refuse("label_smoothing", "0", fmt::format("{}", training.label_smoothing));
  if (training.class_weights != ClassWeights::none)
    refuse("class_weights", "\"none\"", "\"" + word_of(training.class_weights) + "\"");
}

}  // namespace mho
