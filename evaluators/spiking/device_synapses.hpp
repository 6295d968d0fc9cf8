// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/spiking/synapses.hpp"

namespace mho {

/// Whole steps of a sum, towards zero (rounding down would write far more on sums of mean zero); none while
/// it holds less than `threshold` of them.
float whole_steps(float sum, float step, float threshold);

/// Weights on pairs of devices, and the pulses that a scheme makes of gradients.
class DeviceSynapses : public Synapses {
 public:
  DeviceSynapses(const SpikingConfig& config, const DeviceModel& model, const Synapses& initial,
                 RandomKey key);

  void begin_update(RandomKey key) override;
  /// Moves the devices, and writes full pairs anew when a look at them is due.
  void learn(std::span<const float> gradient, double rate, RandomKey key) override;
  void advance(double seconds) override { matrix_.advance(seconds); }
  std::vector<float> weights() const override { return matrix_.weights(); }
  const CrossbarMatrix* matrix() const override { return &matrix_; }

 protected:
  void read_row(std::size_t row, RandomKey key, std::span<float> weights) const override;
  virtual void move(std::span<const float> gradient, double rate, RandomKey key) = 0;
  /// Weight of one mean pulse on devices of that column.
  float step(std::size_t weight) const {
    return matrix_.pulse_weights()[weight % static_cast<std::size_t>(columns())];
  }

  SpikingConfig config_;
  CrossbarMatrix matrix_;

 private:
  std::int64_t updates_ = 0;
};

/// Weights on fresh pairs of devices, one crossbar whatever its size: a column is one neuron. `bounds`: the
/// weight of a full pair in every column; empty: the column's largest. Draws come from `key`.
CrossbarMatrix program_synapses(const SpikingConfig& config, const DeviceModel& model,
                                const Synapses& weights, const std::vector<float>& bounds, RandomKey key);

/// What a read of a matrix of one row split gives as weights.
std::vector<float> weights_of(const MatrixRead& read, int columns);

/// Of config.scheme, one that writes devices.
std::unique_ptr<Synapses> make_device_synapses(const SpikingConfig& config, const DeviceModel& model,
                                               const Synapses& initial, RandomKey key);

}  // namespace mho
