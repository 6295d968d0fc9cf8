// SPDX-License-Identifier: Apache-2.0
#include "core/analog/programmed_plane.hpp"

#include "core/base/error.hpp"
#include "tests/analog/gaussian_device.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 100000;
const std::vector<float> alike(n, 12.5f);

std::vector<float> deviations(const ProgrammedPlane& plane) {
  std::vector<float> found = plane.programmed_us();
  for (float& g : found) g -= 12.5f;
  return found;
}

double share_outside(const std::vector<float>& values, double margin) {
  return static_cast<double>(
             std::count_if(values.begin(), values.end(), [&](float v) { return std::fabs(v) > margin; })) /
         static_cast<double>(values.size());
}

std::vector<float> read_all(const ProgrammedPlane& plane, double time_s, RandomKey key) {
  std::vector<float> read(plane.programmed_us().size());
  for (size_t first = 0, block = 0; first < read.size(); first += ProgrammedPlane::block_devices, ++block)
    plane.read(block, time_s, key,
               std::span(read).subspan(first, std::min(ProgrammedPlane::block_devices, read.size() - first)));
  return read;
}

}  // namespace

TEST_CASE("Verify leaves the truncated Gaussian that its iterations say") {
  // Without read noise a device ends inside the margin m unless all 1 + K draws fell outside, so with
  // q = P(|xi| > z), z = m / sigma: P(outside) = q^(1 + K), and the variance is a mixture of that of the
  // inside, sigma^2 (1 - 2 z phi(z) / (1 - q)), and of the outside, sigma^2 (1 + 2 z phi(z) / q).
  const double sigma = 1;
  const GaussianDevice model({0, 25}, static_cast<float>(sigma));
  for (const double z : {.3, 1.0, 2.0})
    for (const int iterations : {1, 2, 5, 40}) {
      const ProgrammedPlane plane("plus", alike, {}, {"verify", iterations, z * sigma}, model, RandomKey(1));
      const auto found = deviations(plane);
      const double phi = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979), q = 2 * normal_cdf(-z);
      const double outside = std::pow(q, 1 + iterations);
      CHECK(share_outside(found, z * sigma) ==
            Approx(outside).margin(5 * std::sqrt(outside * (1 - outside) / n) + 1e-12));
      const double variance = (1 - outside) * (1 - 2 * z * phi / (1 - q)) + outside * (1 + 2 * z * phi / q);
      const auto m = moments(found);
      CHECK(m.mean == Approx(0).margin(mean_bound(std::sqrt(variance), n)));
      // Kurtosis of the mixture is below 15 for all these settings.
      CHECK(m.deviation == Approx(std::sqrt(variance)).margin(deviation_bound(std::sqrt(variance), n, 15)));
    }
}

TEST_CASE("Verify judges by a noisy read: what it leaves is wider by the noise that it could not see") {
  // Accepted when |d + e| <= m, d ~ N(0, 1) programming, e ~ N(0, s) read: d given its read r is
  // N(rho r, 1 - rho), rho = 1 / (1 + s^2), so the variance of d is rho^2 var(r inside) + 1 - rho.
  const double s = .5, margin = .4, rho = 1 / (1 + s * s);
  const GaussianDevice model({0, 25}, 1, static_cast<float>(s));
  const ProgrammedPlane plane("plus", alike, {}, {"verify", 200, margin}, model, RandomKey(1));
  const double total = std::sqrt(1 + s * s), z = margin / total, q = 2 * normal_cdf(-z);
  const double phi = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979);
  const double inside = total * total * (1 - 2 * z * phi / (1 - q));
  const double expected = std::sqrt(rho * rho * inside + 1 - rho);
  CHECK(moments(deviations(plane)).deviation == Approx(expected).margin(deviation_bound(expected, n)));
  CHECK(share_outside(deviations(plane), margin) > .2);
}

TEST_CASE("Verify leaves devices within the margin as one shot made them, and stops when all are") {
  const GaussianDevice model({0, 25}, 1);
  const ProgrammedPlane once("plus", alike, {}, {}, model, RandomKey(1));
  const ProgrammedPlane verified("plus", alike, {}, {"verify", 1, 1.5}, model, RandomKey(1));
  for (size_t i = 0; i < n; ++i) {
    const bool inside = std::fabs(once.programmed_us()[i] - 12.5f) <= 1.5f;
    REQUIRE((verified.programmed_us()[i] == once.programmed_us()[i]) == inside);
  }
  // A margin that all lie in: the same bits whatever the iterations.
  const ProgrammedPlane wide("plus", alike, {}, {"verify", 100, 8}, model, RandomKey(1));
  CHECK(wide.programmed_us() == once.programmed_us());
  // More iterations go on from where fewer stopped: what lay inside stays.
  const ProgrammedPlane more("plus", alike, {}, {"verify", 2, 1.5}, model, RandomKey(1));
  for (size_t i = 0; i < n; ++i)
    if (std::fabs(verified.programmed_us()[i] - 12.5f) <= 1.5f)
      REQUIRE(more.programmed_us()[i] == verified.programmed_us()[i]);
}

TEST_CASE("Verify improves phase-change devices, whose read noise bounds what it can do") {
  const auto pcm = make_device_model("pcm", 25);
  const ProgrammedPlane once("plus", alike, {}, {}, *pcm, RandomKey(1));
  const ProgrammedPlane verified("plus", alike, {}, {"verify", 100, .25}, *pcm, RandomKey(1));
  const double before = moments(deviations(once)).deviation, after = moments(deviations(verified)).deviation;
  CHECK(before == Approx(.95271).margin(deviation_bound(.95271, n)));
  // The formula of the noisy read with sigma = .95271 and read noise Q(0.5) 4.18382 x 12.5 µS = .72218 µS:
  // rho = .6351, r inside -+.25 is nearly uniform: sqrt(rho^2 .25^2 / 3 + (1 - rho) sigma^2) = .5827 µS. That
  // the noise follows the programmed value changes it by less than 2 %.
  CHECK(after == Approx(.5827).epsilon(.02));
}

TEST_CASE("Stuck devices read the same for ever, whatever the programming") {
  const auto pcm = make_device_model("pcm", 25);
  const std::vector<StuckDevice> stuck{{0, 25}, {1023, 0}, {1024, 25}, {99999, 3}};
  for (const char* method : {"one_shot", "verify"}) {
    const ProgrammedPlane plane("plus", alike, stuck, {method, 3, .5}, *pcm, RandomKey(1));
    const ProgrammedPlane healthy("plus", alike, {}, {method, 3, .5}, *pcm, RandomKey(1));
    for (const double time_s : {0.0, 86400.0}) {
      auto read = read_all(plane, time_s, RandomKey(2)), expected = read_all(healthy, time_s, RandomKey(2));
      for (const auto& s : stuck) {
        CHECK(plane.programmed_us()[s.device] == s.conductance_us);
        expected[s.device] = s.conductance_us;
      }
      CHECK(read == expected);
    }
  }
}

TEST_CASE("An impossible programming is refused") {
  const GaussianDevice model({0, 25}, 1);
  CHECK_THROWS_AS(ProgrammedPlane("plus", alike, {}, {"verify", 1, 0}, model, RandomKey(1)), ConfigError);
}
