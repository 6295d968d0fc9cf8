// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_array.hpp"

#include "core/base/error.hpp"
#include "tests/analog/gaussian_device.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 100000;
const std::vector<float> alike(n, 12.5f);

/// Devices at 12.5 µS.
std::unique_ptr<DeviceArray> programmed(const DeviceModel& model, const ProgrammingConfig& programming,
                                        std::vector<StuckDevice> stuck = {}) {
  auto array = model.make("plus", n, RandomKey(1));
  array->stick(std::move(stuck));
  array->program(alike, programming, RandomKey(1));
  return array;
}

std::vector<float> deviations(const DeviceArray& array) {
  std::vector<float> found = array.written_us();
  for (float& g : found) g -= 12.5f;
  return found;
}

double share_outside(const std::vector<float>& values, double margin) {
  return static_cast<double>(
             std::count_if(values.begin(), values.end(), [&](float v) { return std::fabs(v) > margin; })) /
         static_cast<double>(values.size());
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
      const auto plane = programmed(model, {ProgrammingMethod::verify, iterations, z * sigma});
      const auto found = deviations(*plane);
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
  const auto plane = programmed(model, {ProgrammingMethod::verify, 200, margin});
  const double total = std::sqrt(1 + s * s), z = margin / total, q = 2 * normal_cdf(-z);
  const double phi = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979);
  const double inside = total * total * (1 - 2 * z * phi / (1 - q));
  const double expected = std::sqrt(rho * rho * inside + 1 - rho);
  CHECK(moments(deviations(*plane)).deviation == Approx(expected).margin(deviation_bound(expected, n)));
  CHECK(share_outside(deviations(*plane), margin) > .2);
}

TEST_CASE("Verify leaves devices within the margin as one shot made them, and stops when all are") {
  const GaussianDevice model({0, 25}, 1);
  const auto once = programmed(model, {});
  const auto verified = programmed(model, {ProgrammingMethod::verify, 1, 1.5});
  for (size_t i = 0; i < n; ++i) {
    const bool inside = std::fabs(once->written_us()[i] - 12.5f) <= 1.5f;
    REQUIRE((verified->written_us()[i] == once->written_us()[i]) == inside);
  }
  // A margin that all lie in: the same bits whatever the iterations.
  const auto wide = programmed(model, {ProgrammingMethod::verify, 100, 8});
  CHECK(wide->written_us() == once->written_us());
  // More iterations go on from where fewer stopped: what lay inside stays.
  const auto more = programmed(model, {ProgrammingMethod::verify, 2, 1.5});
  for (size_t i = 0; i < n; ++i)
    if (std::fabs(verified->written_us()[i] - 12.5f) <= 1.5f)
      REQUIRE(more->written_us()[i] == verified->written_us()[i]);
}

TEST_CASE("Verify improves phase-change devices, whose read noise bounds what it can do") {
  const auto pcm = make_device_model("pcm", 25);
  const auto once = programmed(*pcm, {});
  const auto verified = programmed(*pcm, {ProgrammingMethod::verify, 100, .25});
  const double before = moments(deviations(*once)).deviation,
               after = moments(deviations(*verified)).deviation;
  CHECK(before == Approx(.95271).margin(deviation_bound(.95271, n)));
  // The formula of the noisy read with sigma = .95271 and read noise Q(0.5) 4.18382 x 12.5 µS = .72218 µS:
  // rho = .6351, r inside -+.25 is nearly uniform: sqrt(rho^2 .25^2 / 3 + (1 - rho) sigma^2) = .5827 µS. That
  // the noise follows the programmed value changes it by less than 2 %.
  CHECK(after == Approx(.5827).epsilon(.02));
}

TEST_CASE("Stuck devices read the same for ever, whatever the programming") {
  const auto pcm = make_device_model("pcm", 25);
  const std::vector<StuckDevice> stuck{{0, 25}, {1023, 0}, {1024, 25}, {99999, 3}};
  for (const auto method : {ProgrammingMethod::one_shot, ProgrammingMethod::verify}) {
    const auto plane = programmed(*pcm, {method, 3, .5}, stuck);
    const auto healthy = programmed(*pcm, {method, 3, .5});
    for (const double time_s : {0.0, 86400.0}) {
      auto read = ProgrammedDevices::read_all(*plane, time_s, RandomKey(2)),
           expected = ProgrammedDevices::read_all(*healthy, time_s, RandomKey(2));
      for (const auto& s : stuck) {
        CHECK(plane->written_us()[s.device] == s.conductance_us);
        expected[s.device] = s.conductance_us;
      }
      CHECK(read == expected);
    }
  }
}

TEST_CASE("An impossible programming is refused") {
  const GaussianDevice model({0, 25}, 1);
  CHECK_THROWS_AS(programmed(model, {ProgrammingMethod::verify, 1, 0}), ConfigError);
}

TEST_CASE("A device that was written alone drifts from its own last write, and a snapshot keeps that") {
  const GaussianDevice model({0, 25}, 0, 0, .5);  // left: (1 + t)^-1/2
  const auto array = programmed(model, {});
  array->advance(99);
  const std::vector<DevicePulses> pulses{{5, 2}, {5, -1}, {2000, 3}};
  array->pulse(pulses, RandomKey(1));
  const auto copy = model.make("plus", n, RandomKey(9));
  std::map<std::string, NamedTensor> tensors;
  array->save("", tensors);
  copy->load("", tensors);
  for (const auto* devices : {array.get(), copy.get()}) {
    const auto now = ProgrammedDevices::read_all(*devices, 0, RandomKey(2)),
               later = ProgrammedDevices::read_all(*devices, 3, RandomKey(2));
    CHECK(now[4] == Approx(12.5 / 10));  // programmed 99 s ago
    CHECK(now[5] == Approx(13.5));       // written just now
    CHECK(now[2000] == Approx(15.5));
    CHECK(later[5] == Approx(13.5 / 2));
    CHECK(later[4] == Approx(12.5 / std::sqrt(103.0)));
    CHECK(devices->pulses_of()[5] == 3);
    CHECK(devices->counters().events == 3);
  }
  array->program(alike, {}, RandomKey(3));  // one clock again
  CHECK(ProgrammedDevices::read_all(*array, 3, RandomKey(2))[5] == Approx(12.5 / 2));
  CHECK_THROWS_AS(array->advance(-1), ConfigError);
}
