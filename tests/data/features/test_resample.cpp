// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/resample.hpp"

#include <cmath>
#include <numbers>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::vector<float> sine(double hz, int rate_hz, int count) {
  std::vector<float> samples;
  for (int i = 0; i < count; ++i)
    samples.push_back(static_cast<float>(std::sin(2 * std::numbers::pi * hz * i / rate_hz)));
  return samples;
}

/// The largest difference away from the ends, where the filter meets nothing.
float worst(const std::vector<float>& found, const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  float largest = 0;
  for (size_t i = found.size() / 4; i < found.size() * 3 / 4; ++i)
    largest = std::max(largest, std::abs(found[i] - expected[i]));
  return largest;
}

}  // namespace

TEST_CASE("A tone below both Nyquist frequencies is the same tone at another rate") {
  for (const auto& [from, to] : {std::pair(8000, 16000), std::pair(44100, 16000), std::pair(48000, 16000),
                                 std::pair(11025, 16000), std::pair(16000, 8000), std::pair(16001, 15000)}) {
    INFO(from << " to " << to);
    const int count = from / 2;
    const auto found = resample(sine(1000, from, count), from, to);
    CHECK(worst(found, sine(1000, to, static_cast<int>(found.size()))) < 1e-4F);
  }
}

TEST_CASE("What the lower rate cannot hold is gone, not folded back") {
  const auto found = resample(sine(6000, 16000, 8000), 16000, 8000);
  CHECK(worst(found, std::vector<float>(found.size())) < 3e-5F);  // -90 dB
}

TEST_CASE("A constant stays one, the same rate gives the same samples, and lengths round up") {
  const auto constant = resample(std::vector<float>(1000, 0.5F), 8000, 12000);
  CHECK(constant.size() == 1500);
  CHECK(worst(constant, std::vector<float>(1500, 0.5F)) < 1e-6F);
  CHECK(resample(std::vector<float>{1, 2, 3}, 8000, 8000) == std::vector<float>{1, 2, 3});
  CHECK(resample(std::vector<float>(3, 0.0F), 2, 1).size() == 2);
  CHECK(resample({}, 8000, 16000).empty());
  CHECK_THROWS_AS(resample(std::vector<float>(3, 0.0F), 0, 1), InputError);
}
