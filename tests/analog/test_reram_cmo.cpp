// SPDX-License-Identifier: Apache-2.0
// R12 of the reference values; "rounding" is half the last digit given there.
#include "core/analog/devices/reram_cmo.hpp"

#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 100000;
constexpr double rounding = 5e-6;
constexpr double day_s = 86400;

ProgrammedDevices program(const CmoDevice& model, double target_us) {
  return {model, std::vector<float>(n, static_cast<float>(target_us)), RandomKey(1)};
}

CmoDevice without_read_noise() { return CmoDevice(88.2, {}, {.read_noise_scale = 0}); }

}  // namespace

TEST_CASE("R12: CMO programming has the reference deviation for both acceptances") {
  CmoParameters two_percent;
  two_percent.acceptance = Acceptance::wide;
  CHECK(CmoDevice(88.2).programming_deviation_us(50) == Approx(.05425).margin(rounding));
  CHECK(CmoDevice(88.2, two_percent).programming_deviation_us(50) == Approx(.57573).margin(rounding));
  const CmoDevice model(88.2, two_percent);
  const auto found = moments(program(model, 50).written());
  CHECK(found.mean == Approx(50).margin(mean_bound(.57573, n)));
  CHECK(found.deviation == Approx(.57573).margin(deviation_bound(.57573, n)));
}

TEST_CASE("R12: a CMO device relaxes by the reference mean and deviation after a day") {
  const auto model = without_read_noise();
  CHECK(model.relaxation_us(day_s).mean == Approx(-1.01166).margin(rounding));
  CHECK(model.relaxation_us(day_s).deviation == Approx(.88937).margin(rounding));
  auto devices = program(model, 50);
  auto shift = devices.read(day_s, 2);
  for (size_t i = 0; i < n; ++i) shift[i] -= devices.written()[i];
  const auto found = moments(shift);
  CHECK(found.mean == Approx(-1.01166).margin(mean_bound(.88937, n)));
  CHECK(found.deviation == Approx(.88937).margin(deviation_bound(.88937, n)));
}

TEST_CASE("CMO read noise has the formula's strength") {
  const CmoDevice model(88.2);
  auto devices = program(model, 50);
  devices.fill("written_us", 50).fill("relaxation", 0);
  // k log10(50) sqrt(ln((1 s + 1 us) / 2 us)) at one second, where nothing has drifted on average
  const double deviation = .0277316483 * std::log10(50.0) * std::sqrt(std::log(1.000001 / 2e-6));
  const auto found = moments(devices.read(1, 2));
  CHECK(found.mean == Approx(50).margin(mean_bound(deviation, n)));
  CHECK(found.deviation == Approx(deviation).margin(deviation_bound(deviation, n)));
}

TEST_CASE("A CMO device keeps its relaxation: an hour and a day correlate as the law says") {
  const auto model = without_read_noise();
  auto devices = program(model, 50);
  const auto hour = devices.read(3600, 2), day = devices.read(day_s, 3);
  const auto at_hour = model.relaxation_us(3600), at_day = model.relaxation_us(day_s);
  for (size_t i = 0; i < n; ++i) {
    const double xi = (hour[i] - devices.written()[i] - at_hour.mean) / at_hour.deviation;
    REQUIRE(day[i] - devices.written()[i] == Approx(at_day.mean + at_day.deviation * xi).margin(1e-4));
  }
  // With read noise rho_1, rho_2 of its own at each read: covariance s_p^2 + s_1 s_2.
  const CmoDevice noisy(88.2);
  const auto first = noisy.expected_us(50, 3600), second = noisy.expected_us(50, day_s);
  const double programming = noisy.programming_deviation_us(50);
  const double expected = (programming * programming + at_hour.deviation * at_day.deviation) /
                          (first.deviation * second.deviation);
  const auto with_noise = program(noisy, 50);
  CHECK(correlation(with_noise.read(3600, 2), with_noise.read(day_s, 3)) ==
        Approx(expected).margin(5 * (1 - expected * expected) / std::sqrt(double(n))));
}

TEST_CASE("CMO reads before one second count as one second") {
  const CmoDevice model(88.2);
  const auto devices = program(model, 50);
  CHECK(devices.read(0, 2) == devices.read(1, 2));
  CHECK(devices.read(.5, 2) == devices.read(1, 2));
}

TEST_CASE("CMO conductances stay between the device's ends") {
  const CmoDevice model(88.2);
  for (const double target : {9.0, 88.2, 0.0, 100.0}) {
    auto devices = program(model, target);
    for (const auto& values : {devices.written(), devices.read(1e12, 2)})
      for (const float g : values) REQUIRE((g >= 9.0f && g <= 88.2f));
  }
}

TEST_CASE("A g_max outside the CMO device's range is refused") {
  for (const double g_max_us : {9.0, 5.0, 88.3, 200.0}) CHECK_THROWS_AS(CmoDevice(g_max_us), ConfigError);
  CHECK_THROWS_WITH(CmoDevice(100),
                    ContainsSubstring("hardware.g_max_us: expected above 9 and at most 88.2 µS") &&
                        ContainsSubstring("got 100"));
  CHECK(CmoDevice(50).range().min_us == 9);
  CHECK(CmoDevice(50).range().max_us == 50);
}
