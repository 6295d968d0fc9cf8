// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/background_noise.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("Noise is mixed in at the signal-to-noise ratio asked for") {
  BackgroundNoise noise;
  std::vector<float> hum;
  for (int i = 0; i < 2000; ++i) hum.push_back(static_cast<float>(std::sin(i * 0.7)));
  noise.add(hum, 1000, "hum.wav");
  const std::vector<float> clip(1000, 0.1F);
  auto mixed = clip;
  Random random(RandomKey(1));
  noise.mix(mixed, 10, random);
  double power = 0;
  for (size_t i = 0; i < clip.size(); ++i)
    power += std::pow(static_cast<double>(mixed[i] - clip[i]), 2) / 1000;
  CHECK(std::abs(10 * std::log10(0.01 / power) - 10) < 0.01);
  std::vector<float> silent(1000);
  noise.mix(silent, 10, random);
  CHECK(silent == std::vector<float>(1000));
  CHECK_THROWS_WITH(
      noise.add(hum, 3000, "hum.wav"),
      ContainsSubstring("hum.wav: expected at least a clip of 3000 samples of background, found 2000"));
}

TEST_CASE("A shift moves a clip both ways by at most so much") {
  const std::vector<float> clip{0, 0, 0, 1, 0, 0, 0};
  std::vector<int> places(7);
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random(RandomKey(3).with("shift", i));
    const auto moved = shifted(clip, 2, random);
    for (size_t at = 0; at < 7; ++at) places[at] += moved[at] == 1;
  }
  CHECK(places[0] + places[6] == 0);
  for (size_t at = 1; at <= 5; ++at) CHECK(places[at] > 15);  // 40 expected, 4.4 standard deviations below
}
