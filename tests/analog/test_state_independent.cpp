// SPDX-License-Identifier: Apache-2.0
// aihwkit's StateIndependentNoiseModel at 25 µS: sigma 0.2 µS, nu = |0.1 + 0.05 xi|, read noise g / 25 µS
// times sqrt(ln((t + 20 s + 250 ns) / 500 ns)) µS.
#include "core/analog/devices/state_independent.hpp"

#include "core/analog/devices/normal_moments.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("The state-independent device has the same statistics at every conductance") {
  const StateIndependentDevice model(25);
  constexpr size_t n = 100000;
  const auto expected = folded_normal(.1, .05);
  for (const double target : {2.5, 12.5, 25.0}) {
    CHECK(model.programming_deviation_us(target) == Approx(.2));
    ProgrammedDevices devices(model, std::vector<float>(n, static_cast<float>(target)), RandomKey(1));
    const auto programmed = devices.written(), exponents = devices.column("drift_exponent");
    CHECK(moments(programmed).mean == Approx(target).margin(mean_bound(.2, n)));
    CHECK(moments(programmed).deviation == Approx(.2).margin(deviation_bound(.2, n)));
    CHECK(moments(exponents).mean == Approx(expected.mean).margin(mean_bound(.05, n)));
    CHECK(moments(exponents).deviation == Approx(expected.deviation).margin(deviation_bound(.05, n)));
    devices.fill("written_us", static_cast<float>(target)).fill("drift_exponent", 0);
    const auto read = devices.read(86400, 2);
    const double deviation = target / 25 * 5.08681;  // R5's factor at one day, times 1 µS at g_max
    CHECK(moments(read).mean == Approx(target).margin(mean_bound(deviation, n)));
    CHECK(moments(read).deviation == Approx(deviation).margin(deviation_bound(deviation, n) + 1e-4));
  }
}

TEST_CASE("The state-independent device scales with g_max") {
  CHECK(StateIndependentDevice(50).programming_deviation_us(30) == Approx(.4));
}
