// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/data/dataset.hpp"
#include "evaluators/explain/effects.hpp"
#include "evaluators/post_training.hpp"
#include "evaluators/training/layer_inputs.hpp"

namespace mho {

/// A network with weights, as a chip of this hardware is to compute it at a time.
struct ExplainedNetwork {
  const Architecture& architecture;
  const Parameters& parameters;
  const HardwareConfig& hardware;
  const PostTrainingConfig& post_training;
  const Samples& calibration;  ///< training samples
  double time_s = 0;           ///< after programming
};

/// What one layer on crossbars makes of the inputs that the exact network gives it.
struct LayerErrors {
  int node = 0;
  std::string name;
  double signal = 0;          ///< variance of the exact outputs, mean over the columns
  double error = 0;           ///< mean squared error of the chip's outputs, all effects together
  std::vector<double> alone;  ///< the same with one effect alone, in the order of the effects asked for
  double dac_clipped = 0;     ///< share of the inputs beyond the input range
  double dac_used = 0;        ///< percentile 99.9 of |input| over the range; may be above 1
  double adc_clipped = 0;     ///< share of the partial sums beyond the ADC's range
  double adc_used = 0;        ///< percentile 99.9 of |partial sum| over the ADC's range; may be above 1

  /// 10 lg (signal / error), dB; errors of nothing count as 300 dB.
  double signal_to_noise_db() const;
  /// Of the sum of `alone`.
  double share_of(size_t effect) const;
};

/// The parameters with input ranges, of splits too, that reach the largest |input| of each layer.
Parameters widened(const CompiledCandidate& candidate, Parameters parameters, const LayerInputs& inputs);

/// One entry a crossbar layer, in node order; mean over `programmings` chips. Layers are looked at one by
/// one: each reads what it would read in the exact network, so errors of those before it are not in its own.
std::vector<LayerErrors> measure_layers(const ExplainedNetwork& network, const std::vector<Effect>& effects,
                                        const LayerInputs& inputs, int programmings, RandomKey key);

}  // namespace mho
