// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_parameters.hpp"

#include <algorithm>

#include "core/analog/devices/device_model.hpp"
#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::string refusal(const std::string& device, const std::string& assignment) {
  DeviceParameters parameters;
  try {
    set_config(assignment, device_sections(parameters));
    make_device_model(device, 0, parameters);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Every model but ideal has a table of its coefficients, and the tables round-trip") {
  DeviceParameters parameters, copy;
  std::vector<std::string> names{"ideal"};
  for (const auto& section : device_sections(parameters))
    if (section.name != "device") names.push_back(section.name.substr(std::string("device.").size()));
  auto known = device_model_names();
  std::sort(names.begin(), names.end());
  std::sort(known.begin(), known.end());
  CHECK(names == known);

  parameters.pcm.exponent_mean.max = .2;
  parameters.hermes_tdp.read_noise.border = .3;
  parameters.scales.drift_scale = .5;
  const auto text = write_config(device_sections(parameters));
  read_config_text(text, "text", device_sections(copy));
  CHECK(write_config(device_sections(copy)) == text);
  CHECK(copy.hermes_tdp.read_noise.border == .3);
}

TEST_CASE("Coefficients reach the model, for every field of every model") {
  // A field that no model reads would be a promise that is not kept.
  const std::vector<double> targets{.003, .015, .05, .09, .1, .155, .17, .3, .32, .5, .9};
  const auto fingerprint = [&](const std::string& device, const DeviceParameters& parameters) {
    const auto model = make_device_model(device, 0, parameters);
    const auto times =
        model->valid_times_s().empty() ? std::vector<double>{0, 86400} : model->valid_times_s();
    std::vector<double> found{model->range().min_us, model->range().max_us};
    for (const double x : targets) {
      const double target = model->range().min_us + x * (model->range().max_us - model->range().min_us);
      found.push_back(model->programming_deviation_us(target));
      for (const double time_s : times) {
        found.push_back(model->expected_us(target, time_s).mean);
        found.push_back(model->expected_us(target, time_s).deviation);
      }
    }
    return found;
  };
  for (const auto* device :
       {"pcm", "hermes_odp", "hermes_tdp", "state_independent", "reram_wan2022", "reram_cmo"}) {
    DeviceParameters preset;
    const auto before = fingerprint(device, preset);
    struct Names : FieldVisitor {
      void field(std::string_view name, FieldValue value, const Allowed&, std::string_view) override {
        values.emplace_back(name, value);
      }
      std::vector<std::pair<std::string, FieldValue>> values;
    };
    DeviceParameters changed;
    Names names;
    for (const auto& section : device_sections(changed, device)) section.fields(names);
    for (const auto& [name, value] : names.values) {
      INFO(device << "." << name);
      if (device == std::string("reram_wan2022") && name == "read_noise_scale") continue;  // it has none
      if (auto* const* number = std::get_if<double*>(&value)) {
        const double old = **number;
        **number = name == "exponent_mean_max" ? old * .8 : old * 1.1 + 1e-9;
        CHECK(fingerprint(device, changed) != before);
        **number = old;
      } else if (auto* const* list = std::get_if<std::vector<double>*>(&value)) {
        if (name == "programming_2_us") continue;  // read when acceptance says so: tested with the model
        const auto old = **list;
        for (double& coefficient : **list) coefficient = coefficient * 1.1 + .001;
        CHECK(fingerprint(device, changed) != before);
        **list = old;
      }
    }
  }
}

TEST_CASE("Coefficients that cannot be used are refused with their key") {
  CHECK_THAT(refusal("pcm", "device.pcm.programming_us=[1, 2]"),
             ContainsSubstring("device.pcm.programming_us: expected 3 coefficients, got 2"));
  CHECK_THAT(refusal("pcm", "device.pcm.exponent_mean_min=0.5"),
             ContainsSubstring("expected min below max, got 0.5 and 0.1"));
  CHECK_THAT(refusal("hermes_tdp", "device.hermes_tdp.read_noise_polynomial=[]"),
             ContainsSubstring("device.hermes_tdp.read_noise_polynomial: expected 4 coefficients"));
  CHECK_THAT(refusal("reram_wan2022", "device.reram_wan2022.deviation_1_d_us=[1]"),
             ContainsSubstring("device.reram_wan2022.deviation_1_d_us: expected 5 coefficients"));
  CHECK_THAT(refusal("reram_cmo", "device.reram_cmo.min_us=90"), ContainsSubstring("expected min below max"));
  CHECK_THAT(refusal("reram_cmo", "device.reram_cmo.acceptance=1 %"), ContainsSubstring("one of 0.2 %, 2 %"));
  CHECK_THAT(refusal("pcm", "device.pcm.t_0_s=0"), ContainsSubstring("got 0"));
  CHECK_THAT(refusal("pcm", "device.pmc.t_0_s=1"), ContainsSubstring("did you mean 'device.pcm'"));
  CHECK_THAT(refusal("pcm", "device.drift_scale=-1"), ContainsSubstring("got -1"));
}
