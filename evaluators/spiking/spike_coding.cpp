// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spike_coding.hpp"

#include <algorithm>
#include <cmath>

namespace mho {

SpikeCoder::SpikeCoder(const SpikeCodingConfig& config, const Samples& samples, double step_s)
    : config_(config), frames_(samples.height), step_s_(step_s) {
  const auto numbers = static_cast<std::size_t>(samples.width) * static_cast<std::size_t>(samples.channels);
  std::vector<double> sums(numbers), squares(numbers);
  for (std::size_t i = 0; i < samples.images.size(); ++i) {
    sums[i % numbers] += samples.images[i];
    squares[i % numbers] += double{samples.images[i]} * samples.images[i];
  }
  const double frames =
      std::max(1.0, static_cast<double>(samples.images.size()) / static_cast<double>(numbers));
  for (std::size_t n = 0; n < numbers; ++n) {
    const double mean = sums[n] / frames, variance = squares[n] / frames - mean * mean;
    means_.push_back(static_cast<float>(mean));
    deviations_.push_back(variance > 1e-12 ? static_cast<float>(std::sqrt(variance)) : 1.0f);
  }
}

SpikeTrain SpikeCoder::code(std::span<const float> sample, RandomKey key) const {
  SpikeTrain train;
  std::vector<float> followed(means_.size()), frame(means_.size());
  for (std::size_t t = 0; t < static_cast<std::size_t>(frames_); ++t) {
    for (std::size_t n = 0; n < frame.size(); ++n)
      frame[n] = (sample[t * frame.size() + n] - means_[n]) / deviations_[n];
    if (config_.coding == SpikeCoding::rate)
      add_rate_spikes(frame, key.with("frame", t), train);
    else
      add_delta_spikes(frame, followed, train);
  }
  return train;
}

void SpikeCoder::add_rate_spikes(std::span<const float> frame, RandomKey key, SpikeTrain& train) const {
  const auto most = static_cast<float>(config_.full_rate_hz * step_s_);
  const float slope = most / static_cast<float>(config_.full_scale);
  std::vector<float> luck(frame.size());
  for (int step = 0; step < config_.steps_per_frame; ++step) {
    fill_centred_uniform(key.with("step", static_cast<std::uint64_t>(step)), luck);
    for (std::size_t n = 0; n < frame.size(); ++n)
      if (luck[n] + 0.5f < std::min(slope * std::fabs(frame[n]), most))
        train.add(2 * n + (frame[n] < 0 ? 1 : 0));
    train.end_step();
  }
}

void SpikeCoder::add_delta_spikes(std::span<const float> frame, std::vector<float>& followed,
                                  SpikeTrain& train) const {
  const auto delta = static_cast<float>(config_.delta);
  for (int step = 0; step < config_.steps_per_frame; ++step) {
    for (std::size_t n = 0; n < frame.size(); ++n) {
      const float due = frame[n] - followed[n];
      if (std::fabs(due) < delta) continue;
      train.add(2 * n + (due < 0 ? 1 : 0));
      followed[n] += std::copysign(delta, due);
    }
    train.end_step();
  }
}

}  // namespace mho
