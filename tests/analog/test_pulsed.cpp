// SPDX-License-Identifier: Apache-2.0
// Devices that take pulses, against their formulas (docs/physics.md, "Pulsed devices").
#include "core/analog/devices/pulsed.hpp"

#include <cmath>

#include "core/analog/devices/constant_step.hpp"
#include "core/analog/devices/soft_bounds.hpp"
#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 20000;
constexpr double middle_us = 20, half_us = 10;

/// `count` pulses on every device.
std::vector<DevicePulses> all(std::int32_t count) {
  std::vector<DevicePulses> pulses(n);
  for (size_t i = 0; i < n; ++i) pulses[i] = {static_cast<std::uint32_t>(i), count};
  return pulses;
}

ProgrammedDevices devices_at(const DeviceModel& model, double conductance_us) {
  ProgrammedDevices devices(model, std::vector<float>(n, static_cast<float>(middle_us)), RandomKey(1));
  devices.fill("written_us", static_cast<float>(conductance_us));
  return devices;
}

/// A device alone with one pulse up and one down, again and again.
double settled(const DeviceModel& model, double from_us, int pulses) {
  const auto device = model.make("device", 1, RandomKey(1));
  device->program(std::vector<float>{static_cast<float>(from_us)}, {}, RandomKey(1));
  double last = 0, before = 0;
  for (int i = 0; i < pulses; ++i) {
    const DevicePulses pulse{0, i % 2 == 0 ? 1 : -1};
    device->pulse({&pulse, 1}, RandomKey(2).with("pulse", static_cast<std::uint64_t>(i)));
    before = last;
    last = device->written_us()[0];
  }
  return (before + last) / 2;
}

}  // namespace

TEST_CASE("A constant-step device moves by whole steps and comes back") {
  const ConstantStepDevice model(30, {.states = 100});
  const double step_us = 2 * half_us / 100;
  CHECK(model.pulse_step_us() == Approx(step_us));
  auto devices = devices_at(model, middle_us);
  devices.array().pulse(all(7), RandomKey(2));
  for (const float g : devices.written()) REQUIRE(g == Approx(middle_us + 7 * step_us).epsilon(1e-5));
  devices.array().pulse(all(-7), RandomKey(3));
  for (const float g : devices.written()) REQUIRE(g == Approx(middle_us).epsilon(1e-5));
  devices.array().pulse(all(1000), RandomKey(4));
  for (const float g : devices.written()) REQUIRE(g == 30.0f);
}

TEST_CASE("Steps, imbalance and noise of pulses have the spreads that the keys say") {
  const PulsedParameters parameters{
      .states = 1000, .imbalance = 0.2, .step_spread = 0.25, .imbalance_spread = 0.05, .step_noise = 0.4};
  const ConstantStepDevice model(30, parameters);
  auto devices = devices_at(model, middle_us);
  const double step_us = model.pulse_step_us();
  const auto up = devices.column("step_up_us"), down = devices.column("step_down_us");
  std::vector<float> sizes(n), imbalances(n);
  for (size_t i = 0; i < n; ++i) {
    sizes[i] = (up[i] + down[i]) / 2;
    imbalances[i] = (up[i] - down[i]) / (up[i] + down[i]);
  }
  CHECK(moments(sizes).mean == Approx(step_us).margin(mean_bound(.25 * step_us, n)));
  CHECK(moments(sizes).deviation == Approx(.25 * step_us).margin(deviation_bound(.25 * step_us, n)));
  CHECK(moments(imbalances).mean == Approx(.2).margin(mean_bound(.05, n)));
  CHECK(moments(imbalances).deviation == Approx(.05).margin(deviation_bound(.05, n)));
  // One pulse up: step_up (1 + 0.4 xi), of each device's own step.
  devices.array().pulse(all(1), RandomKey(5));
  auto noise = devices.written();
  for (size_t i = 0; i < n; ++i) noise[i] = (noise[i] - static_cast<float>(middle_us)) / up[i] - 1;
  CHECK(moments(noise).mean == Approx(0).margin(mean_bound(.4, n) + 1e-4));
  CHECK(moments(noise).deviation == Approx(.4).margin(deviation_bound(.4, n) + 1e-3));
}

TEST_CASE("Soft bounds: a step shrinks in proportion to the distance from the bound ahead") {
  const SoftBoundsDevice model(30, {.states = 2000});
  const double step_us = model.pulse_step_us();
  for (const double w : {-0.9, -0.3, 0.0, 0.5, 0.95})
    for (const int sign : {1, -1}) {
      auto devices = devices_at(model, middle_us + half_us * w);
      devices.array().pulse(all(sign), RandomKey(2));
      const double expected = sign * step_us * (1 - sign * w);
      CHECK(devices.written()[0] - middle_us - half_us * w == Approx(expected).margin(5e-6));
    }
  auto devices = devices_at(model, middle_us);
  devices.array().pulse(all(4000), RandomKey(3));  // w = 1 - (1 - 2 / 2000)^4000
  CHECK(devices.written()[0] ==
        Approx(middle_us + half_us * (1 - std::pow(1 - 2.0 / 2000, 4000))).epsilon(1e-4));
}

TEST_CASE("Alternating pulses lead a soft-bounds device to the symmetry point of the formula") {
  // w* = (a+ - a-) / (a+ / b_max - a- / b_min): with bounds of +-1 the imbalance itself, within a step.
  for (const double imbalance : {-0.5, 0.0, 0.3}) {
    const SoftBoundsDevice model(30, {.states = 1000, .imbalance = imbalance});
    for (const double from_us : {11.0, 20.0, 29.0})
      CHECK(settled(model, from_us, 20000) ==
            Approx(middle_us + half_us * imbalance).margin(model.pulse_step_us()));
  }
}

TEST_CASE("No pulse leaves a device's own bounds, and stuck devices stay") {
  const SoftBoundsDevice model(30, DeviceParameters().soft_bounds);
  auto devices = devices_at(model, middle_us);
  devices.array().stick({{3, 12.0f}, {700, 30.0f}});
  Random random(RandomKey(8));
  for (int round = 0; round < 20; ++round) {
    auto pulses = all(0);
    for (auto& p : pulses) p.count = random.integer(-300, 300);
    devices.array().pulse(pulses, RandomKey(9).with("round", static_cast<std::uint64_t>(round)));
    const auto &low = devices.column("low_us"), &high = devices.column("high_us");
    for (size_t i = 0; i < n; ++i)
      if (i != 3 && i != 700) REQUIRE((devices.written()[i] >= low[i] && devices.written()[i] <= high[i]));
    CHECK(devices.written()[3] == 12.0f);
    CHECK(devices.written()[700] == 30.0f);
  }
}

TEST_CASE("Pulses are counted, and the same key gives the same bits") {
  const SoftBoundsDevice model(30, DeviceParameters().soft_bounds);
  auto first = devices_at(model, middle_us), again = devices_at(model, middle_us);
  first.array().pulse(all(-3), RandomKey(4));
  again.array().pulse(all(-3), RandomKey(4));
  CHECK(first.written() == again.written());
  CHECK(first.array().counters().pulses == 3 * static_cast<std::int64_t>(n));
  CHECK(first.array().counters().events == static_cast<std::int64_t>(n));
  CHECK(first.array().pulses_of()[17] == 3);
  const auto before = again.written();
  again.array().pulse(all(-3), RandomKey(5));
  CHECK(again.written() != before);
}

TEST_CASE("Devices that only take programmings refuse pulses, and those that take them are named") {
  const auto pcm = make_device_model("pcm", 25);
  ProgrammedDevices devices(*pcm, std::vector<float>(4, 5.0f), RandomKey(1));
  const DevicePulses pulse{0, 1};
  CHECK_THROWS_AS(devices.array().pulse({&pulse, 1}, RandomKey(1)), ConfigError);
  CHECK_THROWS_WITH(require_verb("pcm", DeviceVerb::pulse, "training.regime = pulsed"),
                    ContainsSubstring("training.regime = pulsed: expected a device that takes pulses") &&
                        ContainsSubstring("constant_step, soft_bounds"));
  for (const auto& name : device_models_that(DeviceVerb::pulse)) {
    CHECK_NOTHROW(require_verb(name, DeviceVerb::pulse, ""));
    CHECK(make_device_model(name, 0)->can(DeviceVerb::pulse));
  }
  CHECK_FALSE(pcm->can(DeviceVerb::pulse));
}

TEST_CASE("Impossible pulsed devices are refused") {
  CHECK_THROWS_WITH(SoftBoundsDevice(30, {.min_us = 40}), ContainsSubstring("device.soft_bounds.min_us"));
  CHECK_THROWS_WITH(ConstantStepDevice(31), ContainsSubstring("at most 30 µS"));
  CHECK_THROWS_WITH(ConstantStepDevice(10), ContainsSubstring("above 10"));
  CHECK_THROWS_WITH(ConstantStepDevice(30, {.states = 1}), ContainsSubstring("states: expected at least 2"));
}
