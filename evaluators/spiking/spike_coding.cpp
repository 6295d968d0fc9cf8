// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spike_coding.hpp"

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

void add_rate_spikes(const SpikeCodingConfig& config, std::span<const float> frame, double step_s,
                     RandomKey key, SpikeTrain& train) {
  const auto scale = static_cast<float>(config.full_rate_hz * step_s / config.full_scale);
  const auto most = static_cast<float>(config.full_rate_hz * step_s);
  std::vector<float> luck(frame.size());
  for (int step = 0; step < config.steps_per_frame; ++step) {
    fill_centred_uniform(key.with("step", static_cast<std::uint64_t>(step)), luck);
    for (std::size_t i = 0; i < frame.size(); ++i)
      if (luck[i] + 0.5f < std::min(scale * std::fabs(frame[i]), most)) train.add(2 * i + (frame[i] < 0));
    train.end_step();
  }
}

/// `followed`: what the spikes so far add up to.
void add_delta_spikes(const SpikeCodingConfig& config, std::span<const float> frame,
                      std::vector<float>& followed, SpikeTrain& train) {
  const auto delta = static_cast<float>(config.delta);
  for (int step = 0; step < config.steps_per_frame; ++step) {
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const float due = frame[i] - followed[i];
      if (std::fabs(due) < delta) continue;
      train.add(2 * i + (due < 0));
      followed[i] += std::copysign(delta, due);
    }
    train.end_step();
  }
}

}  // namespace

int coded_inputs(const Samples& samples) { return 2 * samples.width * samples.channels; }

int coded_steps(const SpikeCodingConfig& config, const Samples& samples) {
  return samples.height * config.steps_per_frame;
}

SpikeTrain code_spikes(const SpikeCodingConfig& config, std::span<const float> sample, const Samples& shape,
                       double step_s, RandomKey key) {
  const auto numbers = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
  SpikeTrain train;
  std::vector<float> followed(numbers);
  for (std::size_t t = 0; t < static_cast<std::size_t>(shape.height); ++t) {
    const auto frame = sample.subspan(t * numbers, numbers);
    if (config.coding == SpikeCoding::rate)
      add_rate_spikes(config, frame, step_s, key.with("frame", t), train);
    else
      add_delta_spikes(config, frame, followed, train);
  }
  return train;
}

}  // namespace mho
