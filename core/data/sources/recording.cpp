// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/recording.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "core/data/features/audio_features.hpp"
#include "core/data/features/resample.hpp"
#include "core/data/sources/audio_clip.hpp"

namespace mho {
namespace {

/// At the features' rate.
std::vector<float> samples_of(const std::filesystem::path& file, const FeatureConfig& features) {
  const auto clip = parse_audio(read_text_file(file), file.string());
  auto samples = resample(clip.samples, clip.sample_rate_hz, features.sample_rate_hz);
  if (std::ssize(samples) < features.clip_samples())
    throw DataError(fmt::format("{}: expected at least a clip of {:g} s, found {:g} s", file.string(),
                                features.clip_s,
                                static_cast<double>(samples.size()) / features.sample_rate_hz));
  return samples;
}

}  // namespace

Recording read_recording(const std::filesystem::path& file, const FeatureConfig& features, double hop_s) {
  const auto hop = static_cast<std::ptrdiff_t>(std::lround(hop_s * features.sample_rate_hz));
  if (!(hop_s > 0) || hop < 1)
    throw ConfigError(fmt::format("hop: expected at least a sample, {:g} s, got {:g} s",
                                  1.0 / features.sample_rate_hz, hop_s));
  const auto samples = samples_of(file, features);
  const AudioFeatures audio(features);
  const auto clip = static_cast<std::ptrdiff_t>(features.clip_samples());
  const auto count = static_cast<size_t>((std::ssize(samples) - clip) / hop + 1);
  std::vector<std::vector<char>> windows(count);
  Recording recording;
  parallel_for(count, [&](size_t i) {
    windows[i] =
        audio.sample(std::span(samples).subspan(i * static_cast<size_t>(hop), static_cast<size_t>(clip)));
  });
  auto& images = recording.windows.images;
  images = {features.sample_type(), {static_cast<std::int64_t>(count)}, {}};
  for (const auto side : features.sample_shape()) images.shape.push_back(side);
  for (size_t i = 0; i < count; ++i) {
    images.bytes.insert(images.bytes.end(), windows[i].begin(), windows[i].end());
    recording.ends_s.push_back(static_cast<double>(static_cast<std::ptrdiff_t>(i) * hop + clip) /
                               features.sample_rate_hz);
  }
  recording.windows.labels.assign(count, 0);
  recording.seconds = static_cast<double>(samples.size()) / features.sample_rate_hz;
  return recording;
}

}  // namespace mho
