// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/background_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

double mean_square(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

void BackgroundNoise::add(std::vector<float> recording, int clip_samples, const std::string& name) {
  if (std::ssize(recording) < clip_samples)
    throw DataError(fmt::format("{}: expected at least a clip of {} samples of background, found {}", name,
                                clip_samples, recording.size()));
  clip_samples_ = clip_samples;
  recordings_.push_back(std::move(recording));
}

std::vector<float> BackgroundNoise::piece(Random& random) const {
  const auto& recording =
      recordings_.at(static_cast<size_t>(random.integer(0, static_cast<int>(recordings_.size()) - 1)));
  const auto first =
      recording.begin() + random.integer(0, static_cast<int>(recording.size()) - clip_samples_);
  return {first, first + clip_samples_};
}

void BackgroundNoise::mix(std::vector<float>& clip, double snr_db, Random& random) const {
  const auto noise = piece(random);
  const double signal_power = mean_square(clip), noise_power = mean_square(noise);
  if (signal_power <= 0 || noise_power <= 0) return;
  const auto volume = static_cast<float>(std::sqrt(signal_power / noise_power * std::pow(10, -snr_db / 10)));
  for (size_t i = 0; i < clip.size(); ++i) clip[i] += volume * noise[i];
}

std::vector<float> shifted(const std::vector<float>& clip, int most, Random& random) {
  const int size = static_cast<int>(clip.size()), later = random.integer(-most, most);
  std::vector<float> result(clip.size());
  for (int i = std::max(0, later); i < std::min(size, size + later); ++i)
    result[static_cast<size_t>(i)] = clip[static_cast<size_t>(i - later)];
  return result;
}

}  // namespace mho
