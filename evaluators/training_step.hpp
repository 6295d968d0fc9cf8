// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/analog/hardware.hpp"
#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/run/network.hpp"
#include "core/nn/run/optimizer.hpp"
#include "core/nn/run/training_network.hpp"
#include "evaluators/tile_seam.hpp"

namespace mho {

struct TrainingConfig;

/// What of the hardware a mini-batch meets.
enum class TrainingPhase {
  digital,      ///< nothing
  without_adc,  ///< noisy weights and inputs through the DAC; outputs are not converted
  on_hardware   ///< all of it
};

/// The weights that a training changes and what it does to them with one mini-batch: operands (plain, or a
/// fresh noisy copy), gradients, optimiser, clipping. Which images, which learning rate and when the noise
/// starts is the caller's business.
class TrainingStep {
 public:
  /// Weights drawn from `key`. `config` and `hardware` must outlive this.
  TrainingStep(const Architecture& architecture, const TrainingConfig& config, const HardwareConfig& hardware,
               int batch_size, RandomKey key);

  /// Sets every crossbar layer's input range on training samples.
  void calibrate(const Samples& samples);

  /// One mini-batch of `batch_size` images (NHWC, kernel_slack() floats readable after the last one); all
  /// phases but the digital one need a calibrated step. Returns the mean loss, NaN where weights came out of
  /// it that are no numbers: an ADC's limits would hide them from the next loss.
  double run(const float* images, const int* labels, TrainingPhase phase, double learning_rate,
             RandomKey key);

  /// What the next step depends on, besides its arguments.
  OptimizerState optimizer_state() const { return optimizer_.state(); }
  void resume(const Parameters& parameters, const OptimizerState& state);

  Parameters& parameters() { return parameters_; }
  const Network& network() const { return network_; }

 private:
  /// Gradients of the learned ranges' logarithms: range dL/d(range), and the decay.
  void finish_range_gradients();
  void clip_weights();
  bool weights_are_finite() const;
  TrainingRead read_in(TrainingPhase phase, RandomKey key) const;

  const TrainingConfig& config_;
  const HardwareConfig& hardware_;
  Network network_;
  int batch_;
  Parameters parameters_, gradients_;
  std::unique_ptr<Loss> loss_;
  TrainingNetwork buffers_;
  Operands operands_;
  Optimizer optimizer_;
};

}  // namespace mho
