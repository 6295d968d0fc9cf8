// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/refresh.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/analog/crossbar_helpers.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int rows = 40, columns = 25;

HardwareConfig pcm_pairs(double verify_margin_us) {
  auto hardware = ideal_io();
  hardware.device = "pcm_accumulative";
  hardware.g_max_us = 9;
  hardware.drift_compensation = CompensationMode::none;
  if (verify_margin_us > 0) hardware.programming = {ProgrammingMethod::verify, 50, verify_margin_us};
  return hardware;
}

CrossbarMatrix zeros(const HardwareConfig& hardware, const DeviceModel& model) {
  const std::vector<float> scales(columns, 1.0f);
  return CrossbarMatrix(map_to_conductances(std::vector<float>(rows * columns, 0.0f), rows, columns, hardware,
                                            model.range(), scales),
                        hardware, model, RandomKey(1));
}

std::vector<DevicePulses> pulses(std::int32_t count) {
  std::vector<DevicePulses> all(rows * columns);
  for (size_t i = 0; i < all.size(); ++i) all[i] = {static_cast<std::uint32_t>(i), count};
  return all;
}

}  // namespace

TEST_CASE("A refresh empties full pairs, keeps their weights, and leaves the others alone") {
  const auto hardware = pcm_pairs(.8);
  const auto model = make_device_model("pcm_accumulative", 9);
  auto matrix = zeros(hardware, *model);
  CHECK(refresh_pairs(matrix, {}, RandomKey(2)) == 0);
  matrix.pulse(0, pulses(16), RandomKey(3));
  matrix.pulse(1, pulses(8), RandomKey(4));
  const auto plus = matrix.written_us(0), minus = matrix.written_us(1);
  const auto count = refresh_pairs(matrix, {}, RandomKey(5));
  CHECK(count > 400);
  size_t changed = 0;
  std::vector<float> errors;
  for (size_t i = 0; i < plus.size(); ++i) {
    const float larger = std::max(plus[i], minus[i]), smaller = std::min(plus[i], minus[i]);
    // Reads miss by at most five deviations of 0.03 g + 0.13 µS.
    const bool full = larger > 6.75f + 1.7f && smaller > 2.25f + 1.1f;
    const bool room = larger < 6.75f - 1.7f || smaller < 2.25f - 1.1f;
    if (matrix.written_us(0)[i] == plus[i] && matrix.written_us(1)[i] == minus[i]) {
      REQUIRE_FALSE(full);
      continue;
    }
    ++changed;
    REQUIRE_FALSE(room);
    REQUIRE(std::min(matrix.written_us(0)[i], matrix.written_us(1)[i]) < 1.5f);
    errors.push_back((matrix.written_us(0)[i] - matrix.written_us(1)[i]) - (plus[i] - minus[i]));
  }
  CHECK(changed == count);
  // Accepted within 0.8 µS on each side, with read noise of about 0.3 µS when reading and when verifying.
  CHECK(std::fabs(moments(errors).mean) < .3);
  CHECK(moments(errors).deviation < 1.0);
  CHECK(refresh_pairs(matrix, {}, RandomKey(6)) < count / 20);
}

TEST_CASE("Rewritten devices start their clocks anew, the others go on") {
  const auto model = make_device_model("pcm_accumulative", 9);
  auto matrix = zeros(pcm_pairs(0), *model);
  matrix.advance(1e6);
  const DeviceTarget target{3, 6.0f};
  matrix.rewrite(0, {&target, 1}, RandomKey(7));
  const auto programmed = matrix.counters().programmed;
  CHECK(programmed == 2 * rows * columns + 1);
  const double held = matrix.written_us(0)[3];
  double read = 0;
  for (std::uint64_t k = 0; k < 100; ++k) {
    std::vector<float> block(rows * columns);
    matrix.devices(0).read(0, 0, RandomKey(100 + k), block);
    read += block[3] / 100;
  }
  CHECK(read == Approx(held).margin(mean_bound(.03 * held + .13, 100)));  // no drift yet
}

TEST_CASE("Single one-sided devices are refused, and impossible refreshes") {
  auto hardware = pcm_pairs(0);
  const auto model = make_device_model("pcm_accumulative", 9);
  auto pairs = zeros(hardware, *model);
  CHECK_THROWS_WITH(refresh_pairs(pairs, {.full = .2, .both = .3}, RandomKey(1)),
                    ContainsSubstring("both <= full"));
  hardware.cell.kind = CellKind::single;
  auto single = zeros(hardware, *model);
  CHECK_THROWS_WITH(refresh_pairs(single, {}, RandomKey(1)), ContainsSubstring("expected pairs"));
  const std::vector<float> x(rows, 1.0f), d(columns, 1.0f);
  CHECK_THROWS_WITH(single.update(x.data(), d.data(), .1, {}, RandomKey(1)),
                    ContainsSubstring("hardware.mapping"));
}
