// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/hermes.hpp"

#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 100000;

ProgrammedDevices program(const DeviceModel& model, float target_us) {
  return {model, std::vector<float>(n, target_us), RandomKey(1)};
}

}  // namespace

TEST_CASE("two HERMES devices a sign are programmed with the reference deviations") {
  const HermesDevice model(20.7, "hermes_tdp", HermesParameters::two_devices());
  const double golden[][2] = {{0, .166}, {.25, .889}, {.5, .991}, {.75, .912}, {1, 1.093}};
  for (const auto& [x, deviation] : golden)
    CHECK(model.programming_deviation_us(x * 20.7) == Approx(deviation).margin(5e-4));
  const auto found = moments(program(model, 10.35f).written());
  CHECK(found.mean == Approx(10.35).margin(mean_bound(.991, n)));
  CHECK(found.deviation == Approx(.991).margin(deviation_bound(.991, n) + 5e-4));
}

TEST_CASE("One HERMES device a sign follows its own polynomial") {
  // c0 + c1/2 + c2/4 + c3/8 of aihwkit's HermesNoiseModel
  const HermesDevice model(10.35, "hermes_odp", HermesParameters::one_device());
  CHECK(model.programming_deviation_us(0) == Approx(.15781817));
  CHECK(model.programming_deviation_us(10.35 / 2) == Approx(.8653130));
}

TEST_CASE("HERMES exponents at half range have the fits' mean and deviation") {
  const double mean = .0736 - .0126 * .5 - .0436 * .25;
  const struct {
    HermesParameters parameters;
    double deviation, noise;
  } fits[] = {{HermesParameters::one_device(), .0104 + .0116 * .5 - .0165 * .25,
               .0088 + .0768 * .5 - .1352 * .25 + .0664 * .125},
              {HermesParameters::two_devices(), .0073 + .0093 * .5 - .0118 * .25,
               .0123 + .0211 * .5 - .0280 * .25 + .0069 * .125}};
  for (const auto& fit : fits) {
    const HermesDevice model(20, "hermes", fit.parameters);
    auto devices = program(model, 10);
    const auto found = moments(devices.column("drift_exponent"));
    CHECK(found.mean == Approx(mean).margin(mean_bound(fit.deviation, n)));
    CHECK(found.deviation == Approx(fit.deviation).margin(deviation_bound(fit.deviation, n)));
    CHECK(moments(devices.column("read_noise")).mean ==
          Approx(fit.noise).epsilon(.02));  // averaged over programming noise
  }
}

TEST_CASE("HERMES drift counts from its own first read: 200 s with one device, 300 s with two") {
  const struct {
    HermesParameters parameters;
    double t_0_s;
  } fits[] = {{HermesParameters::one_device(), 200}, {HermesParameters::two_devices(), 300}};
  for (const auto& fit : fits) {
    const HermesDevice model(20, "hermes", fit.parameters);
    ProgrammedDevices device(model, std::vector<float>{10}, RandomKey(1));
    device.fill("written_us", 10).fill("drift_exponent", .06f).fill("read_noise", 0);
    CHECK(device.read(86400, 1)[0] == Approx(10 * std::pow((86400 + fit.t_0_s) / fit.t_0_s, -.06)));
    CHECK(model.read_noise_factor(0) == Approx(std::sqrt(std::log((fit.t_0_s + 512e-9) / 1024e-9))));
  }
}
