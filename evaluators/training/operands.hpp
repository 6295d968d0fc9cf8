// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/analog/hardware.hpp"
#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/nn/run/network.hpp"
#include "evaluators/training/crossbar_product.hpp"

namespace mho {

/// The one place where the network and the analog side meet: it turns what crossbars hold, or a noisy copy of
/// the weights in training, into the operands and converter settings of the network's products. Both paths
/// use one arithmetic.

/// Whether a node's weights lie on crossbars: conv2d and dense without groups; grouped convolutions stay
/// digital.
bool is_on_crossbar(const Network& network, int node);

/// Converter settings of every node under this hardware (all zero for digital nodes). Throws ConfigError for
/// hardware that check_mvm_effects refuses.
std::vector<MvmSettings> mvm_settings(const Architecture& architecture, const HardwareConfig& hardware);

/// A layer's conductance targets, and conductance_scales of its weights: map_to_conductances with its rows
/// where MatrixLayer::row_cut has them. Throw as these.
ConductanceTargets layer_targets(const MatrixLayer& layer, const LayerParameters& parameters,
                                 const HardwareConfig& hardware);
std::vector<float> layer_scales(const MatrixLayer& layer, std::span<const float> weights,
                                const HardwareConfig& hardware);

/// The calibrated input range of one row split of a layer.
float split_range(const LayerParameters& parameters, int split);

/// How training meets the ADC.
enum class TrainingAdc {
  none,              ///< outputs are not converted
  straight_through,  ///< they are, and gradients pass as if they were not
  clipped            ///< they are, and partial sums beyond the range pass no gradient; straight-through where
                     ///< products need the vector path or input ranges are learned
};

struct TrainingRead {
  TrainingAdc adc = TrainingAdc::straight_through;
  float drift = 1;  ///< conductances are multiplied by this, outputs divided by it behind the ADC
};

/// What noisy_operands copies.
struct NoisyWeights {
  const Network& network;
  const Parameters& parameters;
  const HardwareConfig& hardware;
  double weight_noise = 0;  ///< standard deviation in units of g_max
  TrainingRead read = {};
  Arithmetic arithmetic = Arithmetic::float32;  ///< of fused products; the vector path is float32
};

/// Training: a copy of every crossbar layer's weights, normalised as the mapping does (weight_scaling within
/// a tile) plus Gaussian noise, with the backward copies. With effects that need the vector path, the
/// operands compute by a FrozenMatrix that holds these noisy weights, on a chip of its own each mini-batch;
/// weight gradients and, without backward converters, input gradients stay straight-through. Draws from
/// `key`. `operands` may be empty or those of an earlier call, whose memory is used again; so is that of
/// `products`, one a node, unless it is null.
void noisy_operands(const NoisyWeights& weights, RandomKey key, Operands& operands,
                    CrossbarProducts* products = nullptr);

/// An operand of programmed crossbars, and what computes it where the hardware needs whole vectors (else
/// null).
struct CrossbarOperand {
  MatrixOperand operand;
  std::shared_ptr<CrossbarProduct> product;
};
/// One read of the crossbars that were programmed with layer_targets, in float32; otherwise read_operand.
CrossbarOperand crossbar_operand(const MatrixLayer& layer, const MatrixRead& read,
                                 const LayerParameters& parameters, const HardwareConfig& hardware,
                                 RandomKey chip);

/// Scoring: one read of the crossbars that were programmed with layer_targets as a layer's operand, with the
/// input ranges of `parameters`. `chip` fixes the deviations of the chip's columns (one key a programming and
/// layer). With `bfloat16` the fused products run on rounded conductances where the processor can.
MatrixOperand read_operand(const MatrixLayer& layer, const MatrixRead& read,
                           const LayerParameters& parameters, const HardwareConfig& hardware, bool bfloat16,
                           RandomKey chip);

}  // namespace mho
