// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "evaluators/spiking/spike_train.hpp"
#include "evaluators/spiking/spiking_config.hpp"

namespace mho {

/// Turns samples into spikes. A sample's height is time; a frame is one row of it, every number of which
/// comes in on two inputs: one for what lies above its mean or rises, one for the other.
class SpikeCoder {
 public:
  /// Takes each number's mean and deviation from these (training) samples, over samples and frames: a frame's
  /// numbers are of different kinds.
  SpikeCoder(const SpikeCodingConfig& config, const Samples& samples, double step_s);

  int inputs() const { return 2 * static_cast<int>(means_.size()); }
  /// Of one sample.
  int steps() const { return frames_ * config_.steps_per_frame; }
  double seconds() const { return steps() * step_s_; }

  /// With x a frame's numbers in deviations from their means: rate: inputs fire at random, with full_rate_hz
  /// min(|x| / full_scale, 1), for the steps of the frame; draws come from `key`. delta (send on delta): an
  /// input spikes once for every `delta` that x has risen, or fallen, since what its spikes added up to, from
  /// 0 on; at most one a step, and what is left when the frame ends stays due.
  SpikeTrain code(std::span<const float> sample, RandomKey key) const;

 private:
  void add_rate_spikes(std::span<const float> frame, RandomKey key, SpikeTrain& train) const;
  void add_delta_spikes(std::span<const float> frame, std::vector<float>& followed, SpikeTrain& train) const;

  SpikeCodingConfig config_;
  int frames_;
  double step_s_;
  std::vector<float> means_, deviations_;
};

}  // namespace mho
