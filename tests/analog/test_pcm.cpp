// SPDX-License-Identifier: Apache-2.0
// Reference values of docs/sources.md. "rounding" is half the last digit given
// there.
#include "core/analog/devices/pcm.hpp"

#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 200000;
constexpr double g_max_us = 25;
constexpr double rounding = 5e-6;

/// Opens the statistics that the drawing is made of.
struct OpenPcm : PcmDevice {
  OpenPcm() : PcmDevice(g_max_us) {}
  float noise_at(float x) const {
    float q = 0;
    read_noise({&x, 1}, {&q, 1});
    return q;
  }
};

/// n devices programmed to the fraction x of g_max.
ProgrammedDevices program(double x, std::uint64_t seed = 1) {
  static const OpenPcm pcm;
  return {pcm, std::vector<float>(n, static_cast<float>(x * g_max_us)), RandomKey(seed)};
}

/// Moments of |N(mean, deviation)|.
Moments folded(double mean, double deviation) {
  const double z = mean / deviation;
  const double folded_mean =
      deviation * std::sqrt(2 / M_PI) * std::exp(-z * z / 2) + mean * std::erf(z / std::sqrt(2.0));
  return {folded_mean, std::sqrt(mean * mean + deviation * deviation - folded_mean * folded_mean)};
}

}  // namespace

TEST_CASE("R1: programming noise has the reference deviation at every target") {
  const double golden[][2] = {{.1, .44825}, {.25, .68141}, {.5, .95271}, {.75, 1.07736}, {1, 1.05538}};
  const PcmDevice pcm(g_max_us);
  CHECK(pcm.programming_deviation_us(0) == Approx(.26348).margin(rounding));
  CHECK(pcm.programming_deviation_us(.8375 * g_max_us) == Approx(1.08635).margin(rounding));
  for (const auto& [x, deviation] : golden) {
    CHECK(pcm.programming_deviation_us(x * g_max_us) == Approx(deviation).margin(rounding));
    const auto found = moments(program(x).written());
    CHECK(found.mean == Approx(x * g_max_us).margin(mean_bound(deviation, n)));
    CHECK(found.deviation == Approx(deviation).margin(deviation_bound(deviation, n)));
  }
}

TEST_CASE("Programming errors are normal: Kolmogorov-Smirnov at mid-range targets") {
  for (const double x : {.3, .5, .8}) {
    auto residuals = program(x, 2).written();
    const double deviation = PcmDevice(g_max_us).programming_deviation_us(x * g_max_us);
    for (auto& g : residuals) g = static_cast<float>((g - x * g_max_us) / deviation);
    CHECK(kolmogorov_smirnov(residuals, normal_cdf) < 1.95);
  }
}

TEST_CASE("R2: a device that should hold nothing holds a half-normal") {
  const auto programmed = program(0).written();
  const auto found = moments(programmed);
  CHECK(found.mean == Approx(.10511).margin(mean_bound(.15382, n)));
  CHECK(found.deviation == Approx(.15382).margin(deviation_bound(.15382, n, 5)));  // kurtosis 4.4
  const auto zeros = static_cast<double>(std::count(programmed.begin(), programmed.end(), 0.0f));
  CHECK(zeros == Approx(n / 2.0).margin(2.5 * std::sqrt(double(n))));  // binomial, five standard errors
  std::vector<float> positive;
  std::copy_if(programmed.begin(), programmed.end(), std::back_inserter(positive),
               [](float g) { return g > 0; });
  CHECK(kolmogorov_smirnov(positive, [](double g) { return 2 * normal_cdf(g / .26348) - 1; }) < 1.95);
}

TEST_CASE("R3: drift exponents are folded normals with the reference mean and deviation") {
  const double golden[][3] = {{.01, .09578, .045},  {.05, .07083, .03155}, {.1, .06009, .02288},
                              {.2, .04935, .01422}, {.3, .049, .00915},    {.5, .049, .008},
                              {1, .049, .008}};
  for (const auto& [x, mean, deviation] : golden) {
    const auto found = moments(program(x).column("drift_exponent")), expected = folded(mean, deviation);
    CHECK(found.mean == Approx(expected.mean).margin(mean_bound(deviation, n) + rounding));
    CHECK(found.deviation == Approx(expected.deviation).margin(deviation_bound(deviation, n) + rounding));
  }
  const auto empty = moments(program(0).column("drift_exponent")),
             expected = folded(.1, .045);  // both at their upper bound
  CHECK(empty.mean == Approx(expected.mean).margin(mean_bound(.045, n)));
}

TEST_CASE("Programming noise, drift exponent and read noise are drawn independently") {
  auto devices = program(.5);
  const auto programmed = devices.written(), exponents = devices.column("drift_exponent");
  devices.fill("drift_exponent", 0);
  auto first = devices.read(0, 8), second = devices.read(0, 9);
  for (size_t i = 0; i < n; ++i) {
    first[i] /= programmed[i];
    second[i] /= programmed[i];
  }
  const double bound = 5 / std::sqrt(double(n));
  CHECK(std::fabs(correlation(programmed, exponents)) < bound);
  CHECK(std::fabs(correlation(exponents, first)) < bound);
  CHECK(std::fabs(correlation(programmed, first)) < bound);
  CHECK(std::fabs(correlation(first, second)) < bound);
}

TEST_CASE("R4: conductances decay with the reference mean and spread") {
  const double times_s[] = {1, 60, 3600, 86400, 604800, 2592000, 31536000};
  struct Column {
    double x;
    double golden[7][2];
  };
  const Column columns[] = {{.05,
                             {{.99654, .00150},
                              {.90696, .03881},
                              {.69991, .11199},
                              {.57002, .14700},
                              {.50490, .16076},
                              {.46215, .16823},
                              {.39878, .17674}}},
                            {.1,
                             {{.99707, .00111},
                              {.92045, .02897},
                              {.73658, .08699},
                              {.61538, .11735},
                              {.55254, .13019},
                              {.51041, .13756},
                              {.44655, .14663}}},
                            {.2,
                             {{.99760, .00069},
                              {.93406, .01840},
                              {.77584, .05739},
                              {.66629, .07952},
                              {.60752, .08951},
                              {.56725, .09552},
                              {.50475, .10336}}},
                            {.5,
                             {{.99761, .00039},
                              {.93438, .01036},
                              {.77580, .03228},
                              {.66501, .04459},
                              {.60524, .05004},
                              {.56417, .05325},
                              {.50019, .05729}}}};
  for (const auto& column : columns) {
    auto devices = program(column.x);
    devices.fill("written_us", 1).fill("read_noise", 0);  // drift alone
    for (size_t t = 0; t < 7; ++t) {
      const auto [mean, deviation] = column.golden[t];
      const auto found = moments(devices.read(times_s[t], 1));
      CHECK(found.mean == Approx(mean).margin(mean_bound(deviation, n) + rounding));
      CHECK(found.deviation == Approx(deviation).margin(deviation_bound(deviation, n, 4) + rounding));
    }
  }
}

TEST_CASE("Drift keeps each device's exponent: a power law from any time to any other") {
  auto devices = program(.2);
  devices.fill("read_noise", 0);
  const auto hour = devices.read(3600, 1), day = devices.read(86400, 2);
  const auto& exponents = devices.column("drift_exponent");
  for (size_t i = 0; i < n; ++i)
    REQUIRE(day[i] == Approx(hour[i] * std::pow(86420.0 / 3620.0, -double(exponents[i]))).epsilon(1e-5));
}

TEST_CASE("R5: read noise has the reference strength and grows with time") {
  const OpenPcm pcm;
  const double factors[][2] = {
      {0, 4.18382}, {1, 4.18965}, {3600, 4.76475}, {86400, 5.08681}, {2592000, 5.41079}};
  for (const auto& [time_s, factor] : factors)
    CHECK(pcm.read_noise_factor(time_s) == Approx(factor).margin(rounding));
  const double golden[][3] = {{.05, .061681, .31376},
                              {.1, .039308, .19995},
                              {.25, .021668, .11022},
                              {.5, .013809, .07024},
                              {1, .0088, .04476}};
  auto devices = program(1);
  devices.fill("written_us", 1).fill("drift_exponent", 0);
  for (const auto& [x, q, deviation_1_d] : golden) {
    const float noise = pcm.noise_at(static_cast<float>(x));
    CHECK(noise == Approx(q).margin(5e-7));
    const auto found = moments(devices.fill("read_noise", noise).read(86400, 4));
    CHECK(found.mean == Approx(1).margin(mean_bound(deviation_1_d, n)));
    CHECK(found.deviation == Approx(deviation_1_d).margin(deviation_bound(deviation_1_d, n)));
  }
  CHECK(pcm.noise_at(0.0f) == .2f);
  CHECK(pcm.noise_at(.00817f) == .2f);
  CHECK(pcm.noise_at(.00820f) < .2f);
}

TEST_CASE("Read noise follows the conductance that the device holds, not the one asked for") {
  auto devices = program(.1);
  const OpenPcm pcm;
  const auto &programmed = devices.written(), &noise = devices.column("read_noise");
  for (size_t i = 0; i < n; ++i)
    REQUIRE(noise[i] == pcm.noise_at(programmed[i] / static_cast<float>(g_max_us)));
}
