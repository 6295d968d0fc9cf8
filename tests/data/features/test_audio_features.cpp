// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/audio_features.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/files/compressed.hpp"
#include "core/data/sources/audio_clip.hpp"
#include "core/data/sources/csv_table.hpp"
#include "core/data/sources/idx.hpp"
#include "core/data/sources/source_files.hpp"
#include "tests/catch.hpp"
#include "tests/data/recordings.hpp"
#include "tests/data_dir.hpp"

using namespace mho;

namespace {

/// How many stored values differ from those of somebody else, and by how much.
struct Agreement {
  std::int64_t values = 0, equal = 0, by_one = 0;
  std::int64_t wrapped = 0;  ///< 127 here, and there what overflowing int8 makes of 128 and more

  void add(std::int8_t found, std::int8_t expected) {
    ++values;
    equal += found == expected;
    by_one += std::abs(found - expected) == 1;
    wrapped += found == 127 && expected < -64;
  }
  void check() const {
    INFO(values << " values, " << equal << " equal, " << by_one << " off by one, " << wrapped << " wrapped");
    CHECK(static_cast<double>(equal) >= 0.995 * static_cast<double>(values));
    CHECK(equal + by_one + wrapped == values);
  }
};

std::vector<std::int8_t> mlperf_bytes(const AudioFeatures& features, const std::string& bytes,
                                      const std::string& name) {
  std::vector<std::int8_t> stored;
  for (const float value : features.compute(features.fit(parse_audio(bytes, name).samples)))
    stored.push_back(features.store(value));
  return stored;
}

std::vector<float> tone_values(FeatureConfig config, double hz) {
  const AudioFeatures features(config);
  return features.compute(features.fit(parse_audio(wav(tone(hz, 16000, 1), 16000), "tone").samples));
}

}  // namespace

TEST_CASE("MLPerf Tiny's own MFCCs are reproduced from the recordings") {
  const auto data = real_data("mlperf-tiny");
  if (!data) return;
  const SourceFiles recordings(*data / "kws01_wav.tar.xz"), records(*data / "kws01.tar.xz");
  const AudioFeatures features(feature_preset(FeaturePreset::mlperf_kws));
  Agreement agreement;
  for (const auto& path : recordings.paths()) {
    if (!path.ends_with(".wav")) continue;
    const auto found = mlperf_bytes(features, recordings.read(path), path);
    const auto expected = records.read(path.substr(0, path.size() - 4) + ".bin");
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) agreement.add(found[i], static_cast<std::int8_t>(expected[i]));
  }
  CHECK(agreement.values == 490 * 1000);
  CHECK(agreement.wrapped <= 15);  // the source's own, as its description counts them
  agreement.check();
}

TEST_CASE("Speech Commands' MFCCs are reproduced from the recordings, clip by clip") {
  const auto data = real_data("speech-commands-3");
  if (!data) return;
  const SourceFiles recordings(*data / "wav.tar.xz");
  const AudioFeatures features(feature_preset(FeaturePreset::mlperf_kws));
  Agreement agreement;
  for (const std::string split : {"train", "validation", "test"}) {
    const auto records = read_idx(*data / (split + "-mfcc-idx3-byte.gz"));
    const auto list = *data / (split + "-files.csv.gz");
    const CsvTable files(read_maybe_compressed(list), list.string());
    for (size_t row = 0; row < files.rows(); ++row) {
      const std::string path(files.cell(row, files.column("file")));
      if (!recordings.has(path)) continue;
      const auto found = mlperf_bytes(features, recordings.read(path), path);
      for (size_t i = 0; i < found.size(); ++i)
        agreement.add(found[i], static_cast<std::int8_t>(records.bytes[row * 490 + i]));
    }
  }
  CHECK(agreement.values == 490 * 750);
  CHECK(agreement.wrapped == 0);
  agreement.check();
}

TEST_CASE("A tone's energy lies in the band of its frequency") {
  FeatureConfig config;
  config.kind = FeatureKind::log_mel;
  const auto values = tone_values(config, 1000);
  REQUIRE(values.size() == 49 * 40);
  const auto first = values.begin() + 40 * 20, loudest = std::max_element(first, first + 40);
  const auto mel = [](double hz) { return 1127 * std::log(1 + hz / 700); };
  const double band = (mel(1000) - mel(20)) / (mel(4000) - mel(20)) * 41 - 1;
  CHECK(std::abs(static_cast<double>(loudest - first) - band) <= 1);
}

TEST_CASE("The first coefficient is the bands' sum, scaled as HTK scales it") {
  FeatureConfig config;
  const auto cepstrum = tone_values(config, 700);
  config.kind = FeatureKind::log_mel;
  const auto bands = tone_values(config, 700);
  double sum = 0;
  for (int b = 0; b < 40; ++b) sum += static_cast<double>(bands[static_cast<size_t>(b)]);
  CHECK(std::abs(static_cast<double>(cepstrum[0]) - sum * std::sqrt(2.0 / 40)) < 1e-4);
}

TEST_CASE("Decibels, powers, offset and gain are what the keys say") {
  FeatureConfig config;
  config.kind = FeatureKind::log_mel;
  const auto plain = tone_values(config, 500);
  config.logarithm = Logarithm::db, config.offset = 3, config.gain = 2;
  const auto scaled = tone_values(config, 500);
  for (size_t i = 0; i < plain.size(); i += 97)
    CHECK(std::abs(scaled[i] - 2 * (plain[i] * 4.342944819F + 3)) < 1e-3F);
}

TEST_CASE("Clips are padded with zeros or cut, at the start or around the middle") {
  FeatureConfig config;
  config.kind = FeatureKind::waveform;
  config.sample_rate_hz = 1000, config.clip_s = 0.004;
  const std::vector<float> six{1, 2, 3, 4, 5, 6}, two{1, 2};
  CHECK(AudioFeatures(config).fit(six) == std::vector<float>{1, 2, 3, 4});
  CHECK(AudioFeatures(config).fit(two) == std::vector<float>{1, 2, 0, 0});
  config.place = ClipPlace::centre;
  CHECK(AudioFeatures(config).fit(six) == std::vector<float>{2, 3, 4, 5});
  CHECK(AudioFeatures(config).fit(two) == std::vector<float>{0, 1, 2, 0});
}

TEST_CASE("Amplitude and pre-emphasis are applied in that order, silence stays silence") {
  FeatureConfig config;
  config.kind = FeatureKind::waveform, config.amplitude = Amplitude::peak, config.pre_emphasis = 0.5;
  const AudioFeatures features(config);
  CHECK(features.compute(std::vector<float>{1, 2, -4}) == std::vector<float>{0.5F, 0.75F, -2.5F});
  CHECK(features.compute(std::vector<float>{0, 0}) == std::vector<float>{0, 0});
}

TEST_CASE("Stored values saturate and round as the keys say") {
  auto config = feature_preset(FeaturePreset::mlperf_kws);
  config.scale = 2, config.zero_point = 10;
  const AudioFeatures truncating(config);
  CHECK(truncating.store(3.9F) == 11);
  CHECK(truncating.store(-25.9F) == -2);
  CHECK(truncating.store(1e6F) == 127);
  CHECK(truncating.store(-1e6F) == -128);
  config.rounding = StorageRounding::nearest;
  CHECK(AudioFeatures(config).store(3.9F) == 12);
}
