// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/generic_programmable.hpp"

#include <cmath>
#include <set>

#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/pulses.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("A generic device is programmed to the nearest level and moves by levels") {
  const GenericProgrammableDevice model(30, {.levels = 5, .write_deviation = 0});
  CHECK(model.pulse_step_us() == 5);
  ProgrammedDevices devices(model, std::vector<float>{10, 12.4f, 12.6f, 22, 30}, RandomKey(1));
  CHECK(devices.written() == std::vector<float>{10, 10, 15, 20, 30});
  pulse_all(devices.array(), 2, RandomKey(2));
  CHECK(devices.written() == std::vector<float>{20, 20, 25, 30, 30});
  pulse_all(devices.array(), -3, RandomKey(3));
  CHECK(devices.written() == std::vector<float>{10, 10, 10, 15, 15});
}

TEST_CASE("Every write of a generic device ends beside its level, and errors do not add up") {
  const GenericProgrammableDevice model(30, {.levels = 21, .write_deviation = .03});
  constexpr size_t n = 20000;
  ProgrammedDevices devices(model, std::vector<float>(n, 20.0f), RandomKey(4));
  for (int i = 0; i < 9; ++i) pulse_all(devices.array(), i % 2 == 0 ? 3 : -3, RandomKey(5).with("i", i));
  CHECK(moments(devices.written()).mean == Approx(23).margin(mean_bound(.6, n)));
  CHECK(moments(devices.written()).deviation == Approx(.6).margin(deviation_bound(.6, n)));
  CHECK(model.expected_us(20.4, 1).mean == 20);
}

TEST_CASE("Impossible generic devices are refused") {
  CHECK_THROWS_WITH(GenericProgrammableDevice(30, {.levels = 1}), ContainsSubstring("at least 2 levels"));
  CHECK_THROWS_WITH(GenericProgrammableDevice(30, {.write_deviation = -1}),
                    ContainsSubstring("got 16 and -1"));
  CHECK_THROWS_WITH(GenericProgrammableDevice(31), ContainsSubstring("at most 30"));
}
