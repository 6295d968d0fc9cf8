// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/feature_config.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("The presets give MLPerf Tiny's shapes") {
  const auto keywords = feature_preset(FeaturePreset::mlperf_kws);
  CHECK(keywords.steps() == 49);
  CHECK(keywords.values() == 10);
  const auto streaming = feature_preset(FeaturePreset::mlperf_streaming);
  CHECK(streaming.steps() == 30);
  CHECK(streaming.values() == 40);
  CHECK_NOTHROW(check_features(keywords));
  CHECK_NOTHROW(check_features(streaming));
}

TEST_CASE("Keys that do not fit each other are refused by name") {
  const auto refused = [](auto change) {
    FeatureConfig config;
    change(config);
    try {
      check_features(config);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(refused([](auto& c) { c.window_ms = 2000; }), ContainsSubstring("features.window_ms"));
  CHECK_THAT(refused([](auto& c) { c.fft_size = 256; }),
             ContainsSubstring(
                 "features.fft_size: expected a power of two of at least the window's 480 samples, got 256"));
  CHECK_THAT(refused([](auto& c) { c.fft_size = 500; }), ContainsSubstring("features.fft_size"));
  CHECK_THAT(refused([](auto& c) { c.highest_hz = 9000; }), ContainsSubstring("features.highest_hz"));
  CHECK_THAT(refused([](auto& c) { c.coefficients = 41; }), ContainsSubstring("features.coefficients"));
  CHECK_THAT(refused([](auto& c) { c.kind = FeatureKind::waveform, c.fft_size = 2; }),
             ContainsSubstring("no error"));
}
