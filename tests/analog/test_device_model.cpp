// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_model.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace mho;
using namespace mho::test;

namespace {

ProgrammedDevices program(const DeviceModel& model, std::span<const float> targets, std::uint64_t seed = 1) {
  return {model, targets, RandomKey(seed)};
}

bool begins_with(const std::vector<float>& values, const std::vector<float>& start) {
  return std::equal(start.begin(), start.end(), values.begin());
}

/// From one end of the range to the other, again and again.
std::vector<float> ramp(size_t n, ConductanceRange range) {
  std::vector<float> values(n);
  for (size_t i = 0; i < n; ++i)
    values[i] = static_cast<float>(range.min_us +
                                   (range.max_us - range.min_us) * static_cast<double>(i % 101) / 100.0);
  return values;
}

/// Makes every model; `table` and `pulse_table` from files that lie beside the test.
class Models {
 public:
  Models() {
    const std::string table =
        "g_us,sigma_us,nu_mean,nu_deviation,read_noise\n0,0.2,0.1,0.04,0.1\n25,1,0.05,0.01,0.02\n";
    write_file_atomically(folder_ / "device.csv", table);
    parameters.table.file = (folder_ / "device.csv").string();
    write_file_atomically(folder_ / "pulses.csv", std::string("up_us,down_us\n1,5\n2,4\n3,3\n4,2\n5,1\n"));
    parameters.pulse_table.file = (folder_ / "pulses.csv").string();
    leave_out_what_formulas_do();
  }
  std::unique_ptr<DeviceModel> make(const std::string& name, double g_max_us = 0) const {
    return make_device_model(name, g_max_us, parameters);
  }
  DeviceParameters parameters;

 private:
  /// Bounds of single devices, steps so large that they end there, and the ends of a PCM device.
  void leave_out_what_formulas_do() {
    for (auto* pulsed : {&parameters.soft_bounds, &parameters.reram_sb, &parameters.reram_es.pulsed,
                         &parameters.reram_om.pulsed, &parameters.reram_hfo2.pulsed, &parameters.ecram.pulsed,
                         &parameters.ecram_mo.pulsed})
      pulsed->bound_spread = 0;
    parameters.reram_om.pulsed.step_spread = parameters.reram_hfo2.pulsed.step_spread = 0;
    parameters.pcm_accumulative.noise_us = .05;
    parameters.pcm_accumulative.noise_memory_us = .1;
    parameters.pcm_accumulative.noise_slope = .02;
  }

  TemporaryFolder folder_;
};

std::vector<double> some_times(const DeviceModel& model) {
  const auto valid = model.valid_times_s();
  return valid.empty() ? std::vector<double>{0, 1, 3600, 2592000, 1e12} : valid;
}

/// Models whose figures are fractions of g_max.
bool is_relative(const std::string& name, const DeviceModel& model) {
  return name != "reram_cmo" && name != "table" && !model.can(DeviceVerb::pulse);
}

}  // namespace

TEST_CASE("An unknown device model lists the known ones") {
  CHECK_THROWS_AS(make_device_model("flash", 25), ConfigError);
  CHECK_THROWS_WITH(make_device_model("flash", 25),
                    ContainsSubstring("known: pcm, hermes_odp, hermes_tdp, state_independent, reram_wan2022, "
                                      "reram_cmo, table, ideal, constant_step, linear_step, soft_bounds"));
  CHECK_THROWS_WITH(make_device_model("pcn", 25), ContainsSubstring("did you mean 'pcm'"));
  for (const double g_max_us : {-1.0, std::nan("")})
    CHECK_THROWS_WITH(make_device_model("pcm", g_max_us),
                      ContainsSubstring("g_max_us: expected a number above 0"));
}

TEST_CASE("Without a g_max every device has its own") {
  const Models models;
  const std::pair<const char*, double> own[] = {{"pcm", 25},
                                                {"hermes_odp", 10.35},
                                                {"hermes_tdp", 20.7},
                                                {"state_independent", 25},
                                                {"reram_wan2022", 40},
                                                {"reram_cmo", 88.2},
                                                {"table", 25},
                                                {"ideal", 25},
                                                {"constant_step", 30},
                                                {"linear_step", 30},
                                                {"soft_bounds", 30},
                                                {"soft_bounds_reference", 30},
                                                {"exponential_step", 30},
                                                {"power_step", 30},
                                                {"reram_sb", 30},
                                                {"reram_es", 30},
                                                {"reram_om", 30},
                                                {"reram_hfo2", 30},
                                                {"ecram", 30},
                                                {"ecram_mo", 30},
                                                {"pcm_accumulative", 9},
                                                {"pulse_table", 5},
                                                {"generic_programmable", 30}};
  for (const auto& [name, g_max_us] : own) CHECK(models.make(name)->range().max_us == g_max_us);
  CHECK(std::size(own) == device_model_names().size());
}

TEST_CASE("Every device model keeps the contract") {
  const Models models;
  for (const auto& name : device_model_names()) {
    DYNAMIC_SECTION(name) {
      const auto model = models.make(name);
      const auto targets = ramp(5000, model->range());
      auto state = program(*model, targets);
      const double last_s = some_times(*model).back();

      SECTION("one key gives one state, and a device depends on its place only") {
        auto part = program(*model, std::span(targets).first(1501));
        for (const auto& column : part.array().state())
          CHECK(begins_with(state.column(column.name), *column.values));
        CHECK(begins_with(state.read(last_s, 2), part.read(last_s, 2)));
      }
      SECTION("no read leaves the device's range") {
        // A pulsed device may have a bound of its own beyond the mean one.
        const auto lowest = model->can(DeviceVerb::pulse) ? 0.0f : static_cast<float>(model->range().min_us);
        for (const double time_s : some_times(*model))
          for (const float g : state.read(time_s, 3)) REQUIRE((g >= lowest && std::isfinite(g)));
      }
      SECTION("other numbers of targets than devices and impossible times are refused") {
        CHECK_THROWS_WITH(state.array().program(std::span(targets).first(1501), {}, RandomKey(1)),
                          ContainsSubstring("expected 5000 targets, got 1501"));
        if (model->can(DeviceVerb::pulse)) return;  // for which no time is too long
        for (const double time_s : {-1.0, std::nan(""), 1e13})
          CHECK_THROWS_AS(state.read(time_s, 1), ConfigError);
        CHECK_THROWS_WITH(state.read(-1, 1), ContainsSubstring("drift time"));
      }
      SECTION("a snapshot brings every bit back, and another array's is refused") {
        std::map<std::string, NamedTensor> tensors;
        state.array().advance(10);
        state.array().save("devices.", tensors);
        auto other = program(*model, std::vector<float>(5000, targets[7]), 9);
        CHECK(other.written() != state.written());
        other.array().load("devices.", tensors);
        CHECK(other.array().now_s() == 10);
        for (const auto& column : state.array().state()) CHECK(other.column(column.name) == *column.values);
        auto smaller = program(*model, std::span(targets).first(10));
        CHECK_THROWS_WITH(smaller.array().load("devices.", tensors),
                          ContainsSubstring("devices.written_us: expected 10 numbers, found 5000"));
      }
    }
  }
}

TEST_CASE("Samples of every device model have the moments that its formulas say") {
  const Models models;
  for (const auto& name : device_model_names()) {
    DYNAMIC_SECTION(name) {
      const auto model = models.make(name);
      // The formulas leave out the clamp of reads, so targets lie away from the ends. Five standard errors
      // of a kurtosis of 12 (a log-normal of deviation 0.6: the state-independent device after a month),
      // and 0.5 % for read noise that is taken at the target.
      const size_t n = 50000;
      const auto range = model->range();
      for (const double part : {.4, .6}) {
        const double target = range.min_us + part * (range.max_us - range.min_us);
        auto many = program(*model, std::vector<float>(n, static_cast<float>(target)), 4);
        if (!model->drift_state().empty()) {
          const auto expected_drift = model->drift_moments(target);
          CHECK(moments(many.column(model->drift_state())).mean ==
                Approx(expected_drift.mean).margin(mean_bound(expected_drift.deviation, n) + 1e-6));
        }
        for (const double time_s : some_times(*model)) {
          if (time_s > 2592000) continue;
          const auto found = moments(many.read(time_s, 5));
          const auto expected = model->expected_us(target, time_s);
          CHECK(found.mean == Approx(expected.mean).epsilon(1e-5).margin(mean_bound(expected.deviation, n)));
          CHECK(found.deviation == Approx(expected.deviation)
                                       .epsilon(.005)
                                       .margin(deviation_bound(expected.deviation, n, 12) + 1e-6));
        }
      }
    }
  }
}

TEST_CASE("Relative deviations of every device model do not depend on g_max") {
  const Models models;
  for (const auto& name : device_model_names()) {
    DYNAMIC_SECTION(name) {
      const auto model = models.make(name);
      const auto targets = ramp(5000, model->range());
      auto state = program(*model, targets);
      if (!is_relative(name, *model)) return;
      const double g_max = model->range().max_us;
      const auto small_model = models.make(name, g_max / 5);
      auto small = program(*small_model, ramp(5000, small_model->range()));
      for (size_t i = 0; i < targets.size(); ++i)
        REQUIRE(small.written()[i] * 5 == Approx(state.written()[i]).margin(1e-6 * g_max));
      for (const std::string column : {"drift_exponent", "read_noise", "deviation"})
        for (const auto& found : state.array().state())
          if (found.name == column)
            for (size_t i = 0; i < targets.size(); ++i)
              REQUIRE(small.column(column)[i] == Approx((*found.values)[i]).margin(1e-6));
      CHECK(small_model->programming_deviation_us(g_max / 12) * 5 ==
            Approx(model->programming_deviation_us(g_max / 2.4)));
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
      if (full->can(DeviceVerb::pulse)) continue;  // no noise that the scales would act on
      models.parameters.scales = {.5, 1, 1};
      CHECK(models.make(name)->programming_deviation_us(target) ==
            Approx(full->programming_deviation_us(target) / 2));
      models.parameters.scales = {0, 0, 0};
      const auto quiet = models.make(name);
      const std::vector<float> targets = ramp(1000, range);
      const auto held = program(*quiet, targets).read(last_s, 2);
      for (size_t i = 0; i < targets.size(); ++i) REQUIRE(held[i] == Approx(targets[i]).epsilon(1e-6));
      CHECK(quiet->expected_us(target, last_s).deviation == Approx(0).margin(1e-9));
      models.parameters.scales = {1, 0, 0};
      const auto steady = models.make(name);
      const auto state = program(*steady, targets);
      CHECK(state.read(last_s, 2) == state.read(last_s, 3));
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
    auto state = program(*model, targets);
    const auto hour = state.read(3600, 2), day = state.read(86400, 3);
    const double ratio = std::log1p(86400 / t_0_s) / std::log1p(3600 / t_0_s);
    for (size_t i = 0; i < n; ++i) {
      const double lost_hour = std::log(state.written()[i] / hour[i]);
      REQUIRE(std::log(state.written()[i] / day[i]) == Approx(ratio * lost_hour).margin(1e-5));
    }
  }
}

TEST_CASE("An ideal device holds its target for ever") {
  const auto model = make_device_model("ideal", 25);
  const auto targets = ramp(1000, {0, 25});
  auto state = program(*model, targets);
  CHECK(state.written() == targets);
  CHECK(state.read(31536000, 2) == targets);
  CHECK(model->programming_deviation_us(12) == 0);
}
