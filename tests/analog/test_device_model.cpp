// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_model.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

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

/// From one end of the range to the other, again and again.
std::vector<float> ramp(size_t n, ConductanceRange range) {
  std::vector<float> values(n);
  for (size_t i = 0; i < n; ++i)
    values[i] = static_cast<float>(range.min_us +
                                   (range.max_us - range.min_us) * static_cast<double>(i % 101) / 100.0);
  return values;
}

/// Makes every model; `table` from a file that lies beside the test.
class Models {
 public:
  Models() {
    const std::string table =
        "g_us,sigma_us,nu_mean,nu_deviation,read_noise\n0,0.2,0.1,0.04,0.1\n25,1,0.05,0.01,0.02\n";
    write_file_atomically(folder_ / "device.csv", table);
    parameters.table.file = (folder_ / "device.csv").string();
  }
  std::unique_ptr<DeviceModel> make(const std::string& name, double g_max_us = 0) const {
    return make_device_model(name, g_max_us, parameters);
  }
  DeviceParameters parameters;

 private:
  TemporaryFolder folder_;
};

std::vector<double> some_times(const DeviceModel& model) {
  const auto valid = model.valid_times_s();
  return valid.empty() ? std::vector<double>{0, 1, 3600, 2592000, 1e12} : valid;
}

/// Models whose figures are fractions of g_max.
bool is_relative(const std::string& name) { return name != "reram_cmo" && name != "table"; }

}  // namespace

TEST_CASE("An unknown device model lists the known ones") {
  CHECK_THROWS_AS(make_device_model("flash", 25), ConfigError);
  CHECK_THROWS_WITH(make_device_model("flash", 25),
                    ContainsSubstring("known: pcm, hermes_odp, hermes_tdp, state_independent, reram_wan2022, "
                                      "reram_cmo, table, ideal"));
  CHECK_THROWS_WITH(make_device_model("pcn", 25), ContainsSubstring("did you mean 'pcm'"));
  for (const double g_max_us : {-1.0, std::nan("")})
    CHECK_THROWS_WITH(make_device_model("pcm", g_max_us),
                      ContainsSubstring("g_max_us: expected a number above 0"));
}

TEST_CASE("Without a g_max every device has its own") {
  const Models models;
  const std::pair<const char*, double> own[] = {
      {"pcm", 25},           {"hermes_odp", 10.35}, {"hermes_tdp", 20.7}, {"state_independent", 25},
      {"reram_wan2022", 40}, {"reram_cmo", 88.2},   {"table", 25},        {"ideal", 25}};
  for (const auto& [name, g_max_us] : own) CHECK(models.make(name)->range().max_us == g_max_us);
  CHECK(std::size(own) == device_model_names().size());
}

TEST_CASE("Every device model keeps the contract") {
  const Models models;
  for (const auto& name : device_model_names()) {
    DYNAMIC_SECTION(name) {
      const auto model = models.make(name);
      const auto targets = ramp(5000, model->range());
      const auto state = program(*model, targets, RandomKey(1));
      const double last_s = some_times(*model).back();

      SECTION("one key gives one state, and a device depends on its place only") {
        const auto part = program(*model, std::span(targets).first(1501), RandomKey(1));
        CHECK(std::equal(part.programmed.begin(), part.programmed.end(), state.programmed.begin()));
        CHECK(std::equal(part.exponents.begin(), part.exponents.end(), state.exponents.begin()));
        CHECK(std::equal(part.noise.begin(), part.noise.end(), state.noise.begin()));
        const auto whole = read(*model, state, last_s, RandomKey(2)),
                   some = read(*model, part, last_s, RandomKey(2));
        CHECK(std::equal(some.begin(), some.end(), whole.begin()));
      }
      SECTION("no read leaves the device's range") {
        for (const double time_s : some_times(*model))
          for (const float g : read(*model, state, time_s, RandomKey(3)))
            REQUIRE((g >= static_cast<float>(model->range().min_us) && std::isfinite(g)));
      }
      SECTION("samples have the moments that the formulas say") {
        // The formulas leave out the clamp of reads, so targets lie away from the ends. Five standard errors
        // of a kurtosis of 12 (a log-normal of deviation 0.6: the state-independent device after a month),
        // and 0.5 % for read noise that is taken at the target.
        const size_t n = 50000;
        const auto range = model->range();
        for (const double part : {.4, .6}) {
          const double target = range.min_us + part * (range.max_us - range.min_us);
          const auto many = program(*model, std::vector<float>(n, static_cast<float>(target)), RandomKey(4));
          const auto drift = moments(many.exponents);
          const auto expected_drift = model->drift_moments(target);
          CHECK(drift.mean ==
                Approx(expected_drift.mean).margin(mean_bound(expected_drift.deviation, n) + 1e-6));
          for (const double time_s : some_times(*model)) {
            if (time_s > 2592000) continue;
            const auto found = moments(read(*model, many, time_s, RandomKey(5)));
            const auto expected = model->expected_us(target, time_s);
            CHECK(found.mean ==
                  Approx(expected.mean).epsilon(1e-5).margin(mean_bound(expected.deviation, n)));
            CHECK(found.deviation == Approx(expected.deviation)
                                         .epsilon(.005)
                                         .margin(deviation_bound(expected.deviation, n, 12) + 1e-6));
          }
        }
      }
      SECTION("relative deviations do not depend on g_max") {
        if (!is_relative(name)) return;
        const double g_max = model->range().max_us;
        const auto small_model = models.make(name, g_max / 5);
        const auto small = program(*small_model, ramp(5000, small_model->range()), RandomKey(1));
        for (size_t i = 0; i < targets.size(); ++i) {
          REQUIRE(small.programmed[i] * 5 == Approx(state.programmed[i]).margin(1e-6 * g_max));
          REQUIRE(small.exponents[i] == Approx(state.exponents[i]).margin(1e-6));
        }
        CHECK(small_model->programming_deviation_us(g_max / 12) * 5 ==
              Approx(model->programming_deviation_us(g_max / 2.4)));
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

TEST_CASE("Each scale acts on its own part of the noise of every model") {
  Models models;
  for (const auto& name : device_model_names()) {
    DYNAMIC_SECTION(name) {
      models.parameters.scales = {};
      const auto full = models.make(name);
      const auto range = full->range();
      const double target = range.min_us + .5 * (range.max_us - range.min_us),
                   last_s = some_times(*full).back();
      models.parameters.scales = {.5, 1, 1};
      CHECK(models.make(name)->programming_deviation_us(target) ==
            Approx(full->programming_deviation_us(target) / 2));
      models.parameters.scales = {0, 0, 0};
      const auto quiet = models.make(name);
      const std::vector<float> targets = ramp(1000, range);
      const auto held = read(*quiet, program(*quiet, targets, RandomKey(1)), last_s, RandomKey(2));
      for (size_t i = 0; i < targets.size(); ++i) REQUIRE(held[i] == Approx(targets[i]).epsilon(1e-6));
      CHECK(quiet->expected_us(target, last_s).deviation == Approx(0).margin(1e-9));
      models.parameters.scales = {1, 0, 0};
      const auto steady = models.make(name);
      const auto state = program(*steady, targets, RandomKey(1));
      CHECK(read(*steady, state, last_s, RandomKey(2)) == read(*steady, state, last_s, RandomKey(3)));
    }
  }
}

TEST_CASE("Reads at one hour and one day correlate as the law says") {
  // ln g = ln p - nu L(t) for a power law without read noise, so at one target the covariance of ln(g / p) at
  // two times is L1 L2 var(nu): a correlation of 1, and a ratio L2 / L1 of what each device lost.
  Models models;
  models.parameters.scales.read_noise_scale = 0;
  for (const auto& [name, t_0_s] : std::initializer_list<std::pair<const char*, double>>{
           {"pcm", 20}, {"hermes_odp", 200}, {"hermes_tdp", 300}, {"state_independent", 20}, {"table", 20}}) {
    const auto model = models.make(name);
    const size_t n = 2000;
    const std::vector<float> targets(n, static_cast<float>(model->range().max_us / 2));
    const auto state = program(*model, targets, RandomKey(1));
    const auto hour = read(*model, state, 3600, RandomKey(2)), day = read(*model, state, 86400, RandomKey(3));
    const double ratio = std::log1p(86400 / t_0_s) / std::log1p(3600 / t_0_s);
    for (size_t i = 0; i < n; ++i) {
      const double lost_hour = std::log(state.programmed[i] / hour[i]);
      REQUIRE(std::log(state.programmed[i] / day[i]) == Approx(ratio * lost_hour).margin(1e-5));
    }
  }
}

TEST_CASE("An ideal device holds its target for ever") {
  const auto model = make_device_model("ideal", 25);
  const auto targets = ramp(1000, {0, 25});
  const auto state = program(*model, targets, RandomKey(1));
  CHECK(state.programmed == targets);
  CHECK(read(*model, state, 31536000, RandomKey(2)) == targets);
  CHECK(model->programming_deviation_us(12) == 0);
}
