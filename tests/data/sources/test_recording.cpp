// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/recording.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/data/features/audio_features.hpp"
#include "core/data/sources/audio_clip.hpp"
#include "tests/catch.hpp"
#include "tests/data/recordings.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;

namespace {

/// A tone that rises, so that no two clips are the same.
std::vector<std::int16_t> rising(int samples) {
  std::vector<std::int16_t> values;
  for (int i = 0; i < samples; ++i)
    values.push_back(static_cast<std::int16_t>(9000 * std::sin(0.02 * i + 1e-5 * i * i)));
  return values;
}

FeatureConfig small_clips() {
  auto config = feature_preset(FeaturePreset::mlperf_kws);
  config.sample_rate_hz = 8000;
  config.fft_size = 256;
  config.clip_s = 0.25;
  return config;
}

}  // namespace

TEST_CASE("a recording's windows are the features of its clips") {
  const TemporaryFolder folder;
  const auto samples = rising(8000);
  write_file_atomically(folder / "long.wav", wav(samples, 8000));
  const auto config = small_clips();
  const auto recording = read_recording(folder / "long.wav", config, 0.1);
  CHECK(recording.seconds == 1);
  REQUIRE(recording.ends_s.size() == 8);  // 0.25 to 0.95 s
  CHECK(recording.ends_s[0] == 0.25);
  CHECK(recording.ends_s[3] == 0.55);
  CHECK(recording.windows.images.shape == std::vector<std::int64_t>{8, config.steps(), config.values(), 1});
  CHECK(recording.windows.count() == 8);
  const auto heard = parse_audio(wav(samples, 8000), "long.wav").samples;
  const auto expected = AudioFeatures(config).sample(std::span(heard).subspan(2400, 2000));
  const auto size = static_cast<std::ptrdiff_t>(expected.size());
  const auto third = recording.windows.images.bytes.begin() + 3 * size;
  CHECK(std::vector<char>(third, third + size) == expected);
}

TEST_CASE("a recording shorter than a clip and a hop of no sample are refused") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "short.wav", wav(rising(1000), 8000));
  CHECK_THROWS_WITH(read_recording(folder / "short.wav", small_clips(), 0.1),
                    ContainsSubstring("expected at least a clip of 0.25 s, found 0.125 s"));
  CHECK_THROWS_WITH(read_recording(folder / "short.wav", small_clips(), 1e-6),
                    ContainsSubstring("expected at least a sample"));
}
