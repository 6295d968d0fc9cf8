// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_model.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

struct State {
  explicit State(size_t n) : programmed(n), exponents(n), noise(n) {}
  std::vector<float> programmed, exponents, noise;
};

State program(const DeviceModel& model, std::span<const float> targets, RandomKey key) {
  State state(targets.size());
  model.program(targets, key, state.programmed, state.exponents, state.noise);
  return state;
}

std::vector<float> read(const DeviceModel& model, const State& state, double time_s, RandomKey key) {
  std::vector<float> conductances(state.programmed.size());
  model.read(state.programmed, state.exponents, state.noise, time_s, key, conductances);
  return conductances;
}

std::vector<float> ramp(size_t n, float top) {
  std::vector<float> values(n);
  for (size_t i = 0; i < n; ++i) values[i] = top * static_cast<float>(i % 101) / 100.0f;
  return values;
}

}  // namespace

TEST_CASE("An unknown device model lists the known ones") {
  CHECK_THROWS_AS(make_device_model("flash", 25), ConfigError);
  CHECK_THROWS_WITH(make_device_model("flash", 25),
                    ContainsSubstring("known: pcm, hermes_odp, hermes_tdp, ideal"));
  CHECK_THROWS_WITH(make_device_model("pcn", 25), ContainsSubstring("did you mean 'pcm'"));
  CHECK_THROWS_WITH(make_device_model("pcm", 0), ContainsSubstring("g_max_us: expected a number above 0"));
}

TEST_CASE("Every device model keeps the contract") {
  for (const auto& name : device_model_names()) {
    DYNAMIC_SECTION(name) {
      const auto model = make_device_model(name, 25);
      const auto targets = ramp(5000, 25);
      const auto state = program(*model, targets, RandomKey(1));

      SECTION("one key gives one state, and a device depends on its place only") {
        const auto part = program(*model, std::span(targets).first(1501), RandomKey(1));
        CHECK(std::equal(part.programmed.begin(), part.programmed.end(), state.programmed.begin()));
        CHECK(std::equal(part.exponents.begin(), part.exponents.end(), state.exponents.begin()));
        CHECK(std::equal(part.noise.begin(), part.noise.end(), state.noise.begin()));
        const auto whole = read(*model, state, 3600, RandomKey(2)),
                   some = read(*model, part, 3600, RandomKey(2));
        CHECK(std::equal(some.begin(), some.end(), whole.begin()));
      }
      SECTION("conductances and exponents are never negative") {
        for (const double time_s : {0.0, 1.0, 2592000.0, 1e12})
          for (const float g : read(*model, state, time_s, RandomKey(3)))
            REQUIRE((g >= 0 && std::isfinite(g)));
        for (const float nu : state.exponents) REQUIRE(nu >= 0);
      }
      SECTION("relative deviations do not depend on g_max") {
        const auto small_model = make_device_model(name, 5);
        const auto small = program(*small_model, ramp(5000, 5), RandomKey(1));
        for (size_t i = 0; i < targets.size(); ++i) {
          REQUIRE(small.programmed[i] * 5 == Approx(state.programmed[i]).margin(2e-5));
          REQUIRE(small.exponents[i] == Approx(state.exponents[i]).margin(1e-6));
        }
        CHECK(small_model->programming_deviation_us(2) * 5 == Approx(model->programming_deviation_us(10)));
      }
      SECTION("spans of different lengths and impossible times are refused") {
        auto broken = state;
        broken.noise.pop_back();
        CHECK_THROWS_AS(read(*model, broken, 0, RandomKey(1)), RunError);
        CHECK_THROWS_WITH(read(*model, broken, 0, RandomKey(1)), ContainsSubstring("expected 5000 devices"));
        CHECK_THROWS_AS(
            model->program(targets, RandomKey(1), broken.programmed, broken.exponents, broken.noise),
            RunError);
        for (const double time_s : {-1.0, std::nan(""), 1e13})
          CHECK_THROWS_AS(read(*model, state, time_s, RandomKey(1)), ConfigError);
        CHECK_THROWS_WITH(read(*model, state, -1, RandomKey(1)), ContainsSubstring("drift time"));
      }
    }
  }
}

TEST_CASE("An ideal device holds its target for ever") {
  const auto model = make_device_model("ideal", 25);
  const auto targets = ramp(1000, 25);
  const auto state = program(*model, targets, RandomKey(1));
  CHECK(state.programmed == targets);
  CHECK(read(*model, state, 31536000, RandomKey(2)) == targets);
  CHECK(model->programming_deviation_us(12) == 0);
}
