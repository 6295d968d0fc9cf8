// SPDX-License-Identifier: Apache-2.0
// Devices that take pulses, against their formulas (docs/physics.md, "Pulsed devices").
#include "core/analog/devices/pulsed/pulsed_device.hpp"

#include <cmath>

#include "core/analog/devices/pulsed/constant_step.hpp"
#include "core/analog/devices/pulsed/soft_bounds.hpp"
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

TEST_CASE("A noise floor is as large wherever a device is, in its own mean steps") {
  const SoftBoundsDevice model(30, {.states = 2000, .imbalance = .2, .step_noise_floor = .7});
  for (const double w : {-.5, .6}) {
    auto devices = devices_at(model, middle_us + half_us * w);
    devices.array().pulse(all(1), RandomKey(2));
    auto changes = devices.written();
    for (float& g : changes) g -= static_cast<float>(middle_us + half_us * w);
    const double step_us = model.unit_step_us(), noise = .7 * step_us;
    CHECK(model.pulse_us(middle_us + half_us * w, true).deviation == Approx(noise));
    CHECK(moments(changes).mean == Approx(1.2 * step_us * (1 - w)).margin(mean_bound(noise, n) + 1e-5));
    CHECK(moments(changes).deviation == Approx(noise).margin(deviation_bound(noise, n)));
  }
}

TEST_CASE("Write noise is what a write shows, and does not add up") {
  const ConstantStepDevice model(30, {.states = 400, .write_noise = 3});
  ProgrammedDevices devices(model, std::vector<float>(n, static_cast<float>(middle_us)), RandomKey(1));
  devices.fill("held_us", 20.0f);
  const double step_us = model.unit_step_us(), noise = 3 * step_us;
  for (int i = 0; i < 40; ++i)
    devices.array().pulse(all(i % 2 == 0 ? 5 : -4), RandomKey(2).with("i", static_cast<std::uint64_t>(i)));
  for (const float held : devices.column("held_us"))
    REQUIRE(held == Approx(middle_us + 20 * step_us).epsilon(1e-5));
  CHECK(moments(devices.written()).mean == Approx(middle_us + 20 * step_us).margin(mean_bound(noise, n)));
  CHECK(moments(devices.written()).deviation == Approx(noise).margin(deviation_bound(noise, n)));
  CHECK(devices.read(0, 1) == devices.read(0, 2));  // until the next write
  // Programmed: half a step and the write noise.
  ProgrammedDevices programmed(model, std::vector<float>(n, 25.0f), RandomKey(3));
  const double expected = std::hypot(step_us / std::sqrt(12.0), noise);
  CHECK(model.programming_deviation_us(25) == Approx(expected));
  CHECK(moments(programmed.written()).deviation == Approx(expected).margin(deviation_bound(expected, n)));
}

TEST_CASE("Devices that decay fall towards the middle, and pulses start from where they are") {
  const ConstantStepDevice model(30, {.states = 100, .decay_time_s = 1000});
  ProgrammedDevices devices(model, std::vector<float>(4, 28.0f), RandomKey(1));
  devices.fill("written_us", 28.0f);
  for (const float g : devices.read(500, 1)) CHECK(g == Approx(20 + 8 * std::exp(-.5)).epsilon(1e-5));
  CHECK(model.expected_us(28, 500).mean == Approx(20 + 8 * std::exp(-.5)));
  devices.array().advance(1000);
  const std::vector<DevicePulses> pulses{{1, 2}, {1, 1}, {2, 0}};  // one device twice, one not moved
  devices.array().pulse(pulses, RandomKey(2));
  const auto now = devices.read(0, 1), later = devices.read(1000, 1);
  const double left = 20 + 8 * std::exp(-1.0);
  CHECK(now[0] == Approx(left).epsilon(1e-5));
  CHECK(now[1] == Approx(left + 3 * .2).epsilon(1e-5));
  CHECK(now[2] == Approx(left).epsilon(1e-5));
  CHECK(later[0] == Approx(20 + 8 * std::exp(-2.0)).epsilon(1e-5));
  CHECK(later[1] == Approx(20 + (left + .6 - 20) * std::exp(-1.0)).epsilon(1e-5));
}

TEST_CASE("Single devices are rewritten, the others stay, stuck ones too") {
  const ConstantStepDevice model(30, {.states = 100});
  auto devices = devices_at(model, middle_us);
  devices.array().stick({{5, 11.0f}});
  const std::vector<DeviceTarget> targets{{5, 25.0f}, {9, 25.0f}, {3000, 15.0f}};
  devices.array().rewrite(targets, {}, RandomKey(3));
  CHECK(devices.written()[5] == 11.0f);
  CHECK(devices.written()[9] == Approx(25).margin(.1));
  CHECK(devices.written()[3000] == Approx(15).margin(.1));
  CHECK(devices.written()[10] == 20.0f);
  CHECK(devices.array().counters().programmed == static_cast<std::int64_t>(n) + 2);
}

TEST_CASE("A list of pulses draws by place: longer lists begin the same") {
  const SoftBoundsDevice model(30, {.step_noise = .5});
  auto whole = devices_at(model, middle_us), part = devices_at(model, middle_us);
  const auto pulses = all(2);
  whole.array().pulse(pulses, RandomKey(4));
  part.array().pulse(std::span(pulses).first(1500), RandomKey(4));
  for (size_t i = 0; i < 1500; ++i) REQUIRE(whole.written()[i] == part.written()[i]);
  for (size_t i = 1500; i < n; ++i) REQUIRE(part.written()[i] == 20.0f);
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
                        ContainsSubstring("constant_step, linear_step, soft_bounds"));
  for (const auto& name : device_models_that(DeviceVerb::pulse)) {
    CHECK_NOTHROW(require_verb(name, DeviceVerb::pulse, ""));
    if (name != "pulse_table")
      CHECK(make_device_model(name, 0)->can(DeviceVerb::pulse));  // which wants a file
  }
  CHECK_FALSE(pcm->can(DeviceVerb::pulse));
}

TEST_CASE("Impossible pulsed devices are refused") {
  CHECK_THROWS_WITH(SoftBoundsDevice(30, {.min_us = 40}), ContainsSubstring("device.soft_bounds.min_us"));
  CHECK_THROWS_WITH(ConstantStepDevice(31), ContainsSubstring("at most 30 µS"));
  CHECK_THROWS_WITH(ConstantStepDevice(10), ContainsSubstring("above 10"));
  CHECK_THROWS_WITH(ConstantStepDevice(30, {.states = 1}), ContainsSubstring("states: expected at least 2"));
}
