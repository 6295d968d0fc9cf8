// SPDX-License-Identifier: Apache-2.0
// Phase-change memory under pulses, against the formulas of Nandakumar et al. 2018 (docs/physics.md).
#include "core/analog/devices/pulsed/pcm_accumulative.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/pulses.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 40000;

}  // namespace

TEST_CASE("One pulse on a PCM device has the mean and the deviation of the formula, by its history") {
  const PcmAccumulativeDevice model(9);
  for (const int earlier : {0, 1, 4})
    for (const double g : {3.0, 6.0}) {
      ProgrammedDevices devices(model, std::vector<float>(n, .1f), RandomKey(1));
      devices.fill("written_us", static_cast<float>(g));
      devices.fill("memory", static_cast<float>(std::exp(-earlier / 2.6)));
      pulse_all(devices.array(), 1, RandomKey(2));
      const double m = std::exp(-(earlier + 1) / 2.6);
      const double mean = g - .084 * g + .880 + 1.40 * m, deviation = .091 * g + .260 + 2.15 * m;
      INFO(earlier << " pulses before, at " << g << " µS");
      if (mean - 4 * deviation > .1 && mean + 4 * deviation < 12) {  // no clip in reach
        CHECK(moments(devices.written()).mean == Approx(mean).margin(mean_bound(deviation, n) + .001));
        CHECK(moments(devices.written()).deviation ==
              Approx(deviation).margin(deviation_bound(deviation, n) + .001));
      }
      const auto clipped = [&](float x) {
        return x < .1f ? 0.0 : x >= 12.0f ? 1.0 : normal_cdf((x - mean) / deviation);
      };
      std::vector<float> inside;
      for (const float value : devices.written())
        if (value > .1f && value < 12.0f) inside.push_back(value);
      const double low = clipped(.1f), high = normal_cdf((12 - mean) / deviation);
      CHECK(kolmogorov_smirnov(inside, [&](float x) { return (clipped(x) - low) / (high - low); }) < 1.95);
    }
}

TEST_CASE("PCM devices climb from a reset as the recurrence says") {
  PcmAccumulativeParameters p;
  p.min_us = 4;  // far from the clips, so that the recurrence is exact
  p.max_us = 1000;
  p.mean_us = 8;
  p.noise_us = .05;
  p.noise_memory_us = .2;
  const PcmAccumulativeDevice model(900, p);
  ProgrammedDevices devices(model, std::vector<float>(n, 4.0f), RandomKey(3));
  pulse_all(devices.array(), -1, RandomKey(4));
  CHECK(moments(devices.written()).mean == Approx(4).margin(mean_bound(.4, n)));
  CHECK(moments(devices.written()).deviation == Approx(.4).margin(deviation_bound(.4, n)));
  for (int pulse = 1; pulse <= 12; ++pulse) {
    pulse_all(devices.array(), 1, RandomKey(5).with("pulse", static_cast<std::uint64_t>(pulse)));
    const auto expected = model.after_pulses_us(pulse);
    INFO("pulse " << pulse);
    CHECK(moments(devices.written()).mean == Approx(expected.mean).margin(mean_bound(expected.deviation, n)));
    CHECK(moments(devices.written()).deviation ==
          Approx(expected.deviation).margin(deviation_bound(expected.deviation, n)));
  }
}

TEST_CASE("A down pulse resets a PCM device and its history, and nothing leaves its bounds") {
  const PcmAccumulativeDevice model(9);
  ProgrammedDevices devices(model, std::vector<float>(2000, 5.0f), RandomKey(6));
  pulse_all(devices.array(), 200, RandomKey(7));
  for (const float g : devices.written()) REQUIRE((g >= .1f && g <= 12.0f));
  pulse_all(devices.array(), -1, RandomKey(8));
  CHECK(moments(devices.written()).mean == Approx(.1).margin(mean_bound(.01, 2000)));
  for (const float memory : devices.column("memory")) REQUIRE(memory == 1.0f);
  CHECK(devices.array().counters().pulses == 201 * 2000);
  CHECK(model.one_sided());
}

TEST_CASE("A PCM programming is a reset and the pulses that lead nearest on average") {
  const PcmAccumulativeDevice model(9);
  CHECK(model.pulses_to(.1) == 0);
  CHECK(model.pulses_to(1.9) == 1);  // 0.1 (1 - 0.084) + 0.88 + 1.4 e^(-1/2.6) = 1.9246
  CHECK(model.after_pulses_us(1).mean == Approx(1.9246).margin(1e-4));
  ProgrammedDevices devices(model, std::vector<float>(n, 1.9f), RandomKey(9));
  for (const float memory : devices.column("memory"))
    REQUIRE(memory == Approx(std::exp(-1 / 2.6)).epsilon(1e-5));
}

TEST_CASE("PCM devices under pulses drift from their own last write and read with noise") {
  PcmAccumulativeParameters p;
  const PcmAccumulativeDevice model(9, p);
  ProgrammedDevices devices(model, std::vector<float>(n, 6.0f), RandomKey(10));
  devices.fill("written_us", 6.0f);
  for (const double time_s : {0.0, 3600.0}) {
    const double d = 6 * std::pow((time_s + 38.6) / 38.6, -.04), noise = .03 * d + .13;
    const auto found = moments(devices.read(time_s, 11));
    CHECK(found.mean == Approx(d).margin(mean_bound(noise, n)));
    CHECK(found.deviation == Approx(noise).margin(deviation_bound(noise, n)));
  }
  // One device is written an hour later: it alone starts anew.
  devices.array().advance(3600);
  const DevicePulses reset{7, -1};
  devices.array().pulse({&reset, 1}, RandomKey(12));
  devices.column("written_us")[7] = 6.0f;
  double own = 0, other = 0;
  for (std::uint64_t k = 0; k < 200; ++k) {
    const auto read = devices.read(0, 100 + k);
    own += read[7] / 200;
    other += read[8] / 200;
  }
  CHECK(own == Approx(6).margin(mean_bound(.31, 200)));
  CHECK(other == Approx(6 * std::pow(3638.6 / 38.6, -.04)).margin(mean_bound(.31, 200)));
}

TEST_CASE("Scales act on the drift and the read noise of PCM under pulses") {
  const PcmAccumulativeDevice model(9, {}, {.drift_scale = 0, .read_noise_scale = 0});
  ProgrammedDevices devices(model, std::vector<float>(100, 6.0f), RandomKey(13));
  devices.fill("written_us", 6.0f);
  for (const float g : devices.read(1e6, 1)) REQUIRE(g == 6.0f);
}

TEST_CASE("Impossible PCM coefficients are refused") {
  CHECK_THROWS_WITH(PcmAccumulativeDevice(13), ContainsSubstring("at most 12 µS"));
  CHECK_THROWS_WITH(PcmAccumulativeDevice(9, {.mean_us = 20}), ContainsSubstring("below the range"));
  CHECK_THROWS_WITH(PcmAccumulativeDevice(9, {.noise_us = -1}), ContainsSubstring("deviations of 0 or more"));
  CHECK_THROWS_WITH(PcmAccumulativeDevice(9, {.min_us = 14}),
                    ContainsSubstring("device.pcm_accumulative.min_us"));
}

TEST_CASE("Arrays of different drift that are read in turn each keep their own") {
  const auto quiet = [](double exponent) {
    PcmAccumulativeParameters p;
    p.drift_exponent = exponent;
    return PcmAccumulativeDevice(9, p, {.read_noise_scale = 0});
  };
  const auto slow = quiet(.02), fast = quiet(.08);
  const std::vector<float> targets(50, 6.0f);
  ProgrammedDevices first(slow, targets, RandomKey(14)), second(fast, targets, RandomKey(14));
  for (int round = 0; round < 2; ++round)
    for (const double time_s : {10.0, 3600.0}) {
      const auto a = first.read(time_s, 1), b = second.read(time_s, 1);
      for (size_t i = 0; i < targets.size(); ++i) {
        const double written = first.written()[i];
        REQUIRE(a[i] == Approx(std::max(.1, written * std::pow(1 + time_s / 38.6, -.02))).epsilon(1e-5));
        REQUIRE(b[i] == Approx(std::max(.1, written * std::pow(1 + time_s / 38.6, -.08))).epsilon(1e-5));
      }
    }
  CHECK_THROWS_AS(first.read(-1, 1), ConfigError);
}
