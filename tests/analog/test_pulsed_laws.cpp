// SPDX-License-Identifier: Apache-2.0
// The laws of steps, each against its formula (docs/physics.md, "Pulsed devices"): what single pulses do to
// devices without spreads, what spreads do over devices, and published values.
#include "core/analog/devices/pulsed/exponential_step.hpp"
#include "core/analog/devices/pulsed/linear_step.hpp"
#include "core/analog/devices/pulsed/power_step.hpp"
#include "core/analog/devices/pulsed/soft_bounds.hpp"
#include "core/analog/devices/pulsed/soft_bounds_reference.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/pulses.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 20000;
constexpr double middle_us = 20, half_us = 10;

/// The step that one pulse makes of devices without spreads and noise, against the model's formula.
void check_law(const DeviceModel& model, double tolerance_us) {
  for (const double w : {-0.95, -0.5, -0.1, 0.0, 0.3, 0.6})
    for (const bool up : {true, false}) {
      const double g = middle_us + half_us * w;
      const auto device = model.make("device", 1, RandomKey(1));
      for (const auto& column : device->state())
        if (column.name == "written_us") (*column.values)[0] = static_cast<float>(g);
      pulse_all(*device, up ? 1 : -1, RandomKey(2));
      INFO("w " << w << (up ? " up" : " down"));
      CHECK(device->written_us()[0] - g == Approx(model.pulse_us(g, up).mean).margin(tolerance_us));
    }
}

/// Where many pulses up and down in turn lead a device without spreads, on the scale w.
double settled(const DeviceModel& model, int pulses) {
  const auto device = model.make("device", 1, RandomKey(1));
  double last = 0, before = 0;
  for (int i = 0; i < pulses; ++i) {
    pulse_all(*device, i % 2 == 0 ? 1 : -1, RandomKey(2));
    before = last;
    last = device->written_us()[0];
  }
  return ((before + last) / 2 - middle_us) / half_us;
}

}  // namespace

TEST_CASE("Linear steps: 1 - gamma_up w up, 1 + gamma_down w down, and the symmetry point between") {
  LinearStepParameters p{.pulsed = {.states = 500, .imbalance = 0.1}, .gamma_up = 0.3, .gamma_down = 0.8};
  const LinearStepDevice model(30, p);
  CHECK(model.pulse_us(middle_us + half_us * .5, true).mean == Approx(20.0 / 500 * 1.1 * (1 - .3 * .5)));
  CHECK(model.pulse_us(middle_us + half_us * .5, false).mean == Approx(-20.0 / 500 * .9 * (1 + .8 * .5)));
  check_law(model, 1e-5);
  // a+ (1 - gamma+ w) = a- (1 + gamma- w)
  CHECK(settled(model, 8000) == Approx((1.1 - .9) / (1.1 * .3 + .9 * .8)).margin(2.0 / 500));
}

TEST_CASE("Gammas of linear steps spread over devices as the key says") {
  const LinearStepDevice model(30, {.gamma_up = .5, .gamma_down = .2, .gamma_spread = .1});
  ProgrammedDevices devices(model, std::vector<float>(n, 20.0f), RandomKey(3));
  const auto up = moments(devices.column("shape_up")), down = moments(devices.column("shape_down"));
  CHECK(up.mean == Approx(.5).margin(mean_bound(.05, n)));
  CHECK(up.deviation == Approx(.05).margin(deviation_bound(.05, n)));
  CHECK(down.mean == Approx(-.2).margin(mean_bound(.02, n)));
  CHECK(std::fabs(correlation(devices.column("shape_up"), devices.column("shape_down"))) < 5 / std::sqrt(n));
}

TEST_CASE("Power steps: (1 - w / bound)^gamma, nothing at the bound") {
  const PowerStepDevice model(30, {.pulsed = {.states = 200}, .gamma_up = 2, .gamma_down = .5});
  CHECK(model.pulse_us(middle_us + half_us * .5, true).mean == Approx(.1 * .25));
  CHECK(model.pulse_us(middle_us + half_us * .5, false).mean == Approx(-.1 * std::sqrt(1.5)));
  check_law(model, 1e-5);
  const auto device = model.make("device", 1, RandomKey(1));
  pulse_all(*device, 1000, RandomKey(2));
  double w = 0;
  for (int i = 0; i < 1000; ++i) w += .01 * (1 - w) * (1 - w);
  CHECK((device->written_us()[0] - middle_us) / half_us == Approx(w).margin(1e-4));
  // a gamma of 1 is soft bounds
  const PowerStepDevice linear(30, {.pulsed = rpu_baseline()});
  const SoftBoundsDevice soft(30, rpu_baseline());
  const auto a = linear.make("device", 500, RandomKey(4)), b = soft.make("device", 500, RandomKey(4));
  pulse_all(*a, 20, RandomKey(5));
  pulse_all(*b, 20, RandomKey(5));
  for (size_t i = 0; i < 500; ++i) REQUIRE(a->written_us()[i] == Approx(b->written_us()[i]).epsilon(2e-5));
}

TEST_CASE("Exponential steps: the formula, and the published values of the ReRAM of Gong et al.") {
  const auto published = ExponentialStepParameters::reram_es();
  // Reference values (docs/sources.md), in the published step of 0.00135 for a range of 2: 1.09723 steps
  // up and 1.47514 down at 0.
  const ExponentialStepDevice noisy(30, published);
  CHECK(noisy.pulse_us(20, true).mean / (0.00135 * half_us) == Approx(1.09723).epsilon(1e-4));
  CHECK(noisy.pulse_us(20, false).mean / (0.00135 * half_us) == Approx(-1.47514).epsilon(1e-4));

  auto exact = published;
  exact.pulsed.step_noise = exact.pulsed.write_noise = exact.pulsed.step_spread = 0;
  exact.pulsed.imbalance_spread = exact.pulsed.bound_spread = 0;
  const ExponentialStepDevice model(30, exact);
  check_law(model, 1e-5);
  const auto device = model.make("device", 1, RandomKey(1));
  for (const auto& column : device->state())
    if (column.name == "written_us") (*column.values)[0] = 10;
  pulse_all(*device, 1000, RandomKey(2));
  CHECK((device->written_us()[0] - middle_us) / half_us == Approx(.65558).margin(1e-3));
  CHECK(settled(model, 20000) == Approx(-.21836).margin(2e-3));
}

TEST_CASE("The ECRAM preset climbs and falls like its published fit") {
  auto p = LinearStepParameters::ecram();
  p.pulsed.step_noise = p.pulsed.step_spread = p.pulsed.imbalance_spread = p.pulsed.bound_spread = 0;
  p.gamma_spread = 0;
  const LinearStepDevice model(30, p);
  // In the paper's weights, -0.8276 to 1.1724: 1000 pulses up from the lowest end at 1.13594, 1000 down from
  // there at -0.81947 (docs/sources.md), and the symmetry point is 0.
  const auto weight = [](double g_us) { return (g_us - 20) / 10 + 0.1724; };
  const auto device = model.make("device", 1, RandomKey(1));
  for (const auto& column : device->state())
    if (column.name == "written_us") (*column.values)[0] = 10;
  pulse_all(*device, 1000, RandomKey(2));
  CHECK(weight(device->written_us()[0]) == Approx(1.13594).margin(1e-3));
  pulse_all(*device, -1000, RandomKey(2));
  CHECK(weight(device->written_us()[0]) == Approx(-.81947).margin(1e-3));
  CHECK(settled(model, 20000) + .1724 == Approx(0).margin(2e-3));
}

TEST_CASE("The soft-bounds ReRAM preset has its symmetry point at its published zero") {
  auto p = reram_sb();
  CHECK(p.states == Approx(2 / (.002 * (.8 + 4.0 / 3) / 2)));
  const SoftBoundsDevice noisy(30, p);
  // additive noise of 3.75 and write noise of 56 published steps of 0.002
  CHECK(noisy.pulse_us(14, true).deviation == Approx(3.75 * .002 * half_us));
  CHECK(p.write_noise * noisy.unit_step_us() == Approx(56 * .002 * half_us));
  p.step_noise_floor = p.write_noise = p.step_spread = p.imbalance_spread = p.bound_spread = 0;
  const SoftBoundsDevice model(30, p);
  CHECK(settled(model, 20000) + .25 == Approx(0).margin(2e-3));
  CHECK(model.pulse_us(17.5, true).mean == Approx(.002 * half_us));  // W = 0: one published step
}

TEST_CASE("A reference at the symmetry point takes it to the middle for every device") {
  SoftBoundsReferenceParameters p{
      .pulsed = {.states = 400, .imbalance = .3, .imbalance_spread = .1, .bound_spread = .1}};
  const SoftBoundsReferenceDevice model(30, p);
  check_law(SoftBoundsReferenceDevice(30, {.pulsed = {.states = 400, .imbalance = .3}}), 1e-5);
  ProgrammedDevices devices(model, std::vector<float>(2000, 22.0f), RandomKey(4));
  for (int i = 0; i < 4000; ++i) pulse_all(devices.array(), i % 2 == 0 ? 1 : -1, RandomKey(5));
  // Within a step of the middle, all of them; without the reference they would lie at 23 +- 1 µS.
  for (const float g : devices.written()) REQUIRE(g == Approx(middle_us).margin(model.unit_step_us()));
}

TEST_CASE("A reference is a shift: the same device counted from elsewhere") {
  // u = w + r: the same pulses lead both to the same place.
  const PulsedParameters common{.states = 300, .imbalance = .2, .step_spread = .2, .bound_spread = .1};
  const SoftBoundsDevice plain(30, common);
  const SoftBoundsReferenceDevice shifted(30,
                                          {.pulsed = common, .at_symmetry_point = false, .reference = .25});
  ProgrammedDevices a(plain, std::vector<float>(3000, 20.0f), RandomKey(6));
  ProgrammedDevices b(shifted, std::vector<float>(3000, 20.0f), RandomKey(6));
  a.fill("written_us", 20.0f);
  b.fill("written_us", 17.5f);
  for (const int count : {40, -90, 15}) {
    pulse_all(a.array(), count, RandomKey(7));
    pulse_all(b.array(), count, RandomKey(7));
  }
  for (size_t i = 0; i < 3000; ++i) REQUIRE(b.written()[i] + 2.5f == Approx(a.written()[i]).margin(2e-4));
}

TEST_CASE("References miss the symmetry point by the spread that the key says") {
  SoftBoundsReferenceParameters p{.pulsed = {.states = 400, .imbalance = .3}};
  p.reference_spread = .05;
  const SoftBoundsReferenceDevice model(30, p);
  // Steps in the middle differ by the miss: a+ (1 - r) against a- (1 + r), r = .3 + miss.
  ProgrammedDevices devices(model, std::vector<float>(n, 20.0f), RandomKey(8));
  const auto high = devices.column("high_us");
  std::vector<float> references(n);
  for (size_t i = 0; i < n; ++i) references[i] = 1 - (high[i] - 20) / 10;
  CHECK(moments(references).mean == Approx(.3).margin(mean_bound(.05, n)));
  CHECK(moments(references).deviation == Approx(.05).margin(deviation_bound(.05, n)));
}

TEST_CASE("The ReRAM arrays have log-normal steps and bounds of two deviations") {
  const SoftBoundsReferenceDevice model(30, SoftBoundsReferenceParameters::reram_om());
  auto p = SoftBoundsReferenceParameters::reram_om();
  p.reference_spread = 0;
  p.at_symmetry_point = false;
  const SoftBoundsReferenceDevice bare(30, p);
  ProgrammedDevices devices(bare, std::vector<float>(n, 20.0f), RandomKey(9));
  const auto up = devices.column("step_up_us"), down = devices.column("step_down_us");
  std::vector<float> logs(n);
  for (size_t i = 0; i < n; ++i)
    logs[i] = std::log((up[i] + down[i]) / 2 / static_cast<float>(.0949 * half_us));
  CHECK(moments(logs).mean == Approx(0).margin(mean_bound(.7829, n)));
  CHECK(moments(logs).deviation == Approx(.7829).margin(deviation_bound(.7829, n)));
  CHECK(kolmogorov_smirnov(logs, [](float x) { return normal_cdf(x / .7829); }) < 1.95);
  // The upper bound is |1 + .3499 xi| of the half, the lower one |1 + .5695 xi| and not below 0 µS: folded
  // normals.
  std::vector<float> bounds(n);
  const auto high = devices.column("high_us");
  for (size_t i = 0; i < n; ++i) bounds[i] = (high[i] - 20) / 10;
  CHECK(kolmogorov_smirnov(bounds, [](float x) {
          return normal_cdf((x - 1) / .3499) - normal_cdf((-x - 1) / .3499);
        }) < 1.95);
  CHECK(model.programming_deviation_us(20) > 1.4113 * .0949 * half_us);
}

TEST_CASE("Laws that no device can have are refused") {
  CHECK_THROWS_WITH(ExponentialStepDevice(30, {.amplitude_up = -1e5}),
                    ContainsSubstring("device.exponential_step: expected steps smaller than the range"));
  CHECK_THROWS_WITH(ExponentialStepDevice(30, {.amplitude_up = 1e5, .amplitude_down = 1e5}),
                    ContainsSubstring("expected steps above 0"));
  CHECK_THROWS_WITH(LinearStepDevice(30, {.pulsed = {.step_noise = -.1}}),
                    ContainsSubstring("device.linear_step.step_noise: expected 0 to 10, got -0.1"));
  CHECK_THROWS_WITH(SoftBoundsDevice(30, {.bound_spread = -1}),
                    ContainsSubstring("device.soft_bounds.bound_spread"));
  CHECK_THROWS_WITH(PowerStepDevice(30, {.pulsed = {.states = 1}}), ContainsSubstring("expected at least 2"));
}
