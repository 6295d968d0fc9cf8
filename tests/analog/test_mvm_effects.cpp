// SPDX-License-Identifier: Apache-2.0
#include "core/analog/mvm_effects.hpp"

#include <cmath>

#include "core/analog/hardware.hpp"
#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

void set(HardwareConfig& hardware, const std::string& assignment) {
  set_config("hardware." + assignment, {{"hardware", "", [&](FieldVisitor& v) { hardware.fields(v); }}});
}

/// The message of check_mvm_effects after these assignments; empty when it accepts them.
std::string refusal(const std::vector<std::string>& assignments) {
  HardwareConfig hardware;
  for (const auto& assignment : assignments) set(hardware, assignment);
  try {
    check_mvm_effects(hardware);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the fused path serves default hardware, and each effect asks for the vector path") {
  HardwareConfig hardware;
  CHECK_FALSE(needs_vector_path(hardware));
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 1;
  CHECK_FALSE(needs_vector_path(hardware));
  for (const char* effect :
       {"input_rounding=stochastic", "output_rounding=stochastic", "read_weight_noise=0.01", "s_shape=0.1",
        "noise_management=abs_max", "bound_management=iterative", "column_gain_spread=0.1",
        "column_offset_spread=0.1", "ir_drop=approximate", "backward_dac_bits=8", "backward_adc_bits=8",
        "backward_output_noise=0.1"}) {
    HardwareConfig one;
    set(one, effect);
    INFO(effect);
    CHECK(needs_vector_path(one));
    CHECK_NOTHROW(check_mvm_effects(one));
  }
  for (const char* no_effect : {"input_range=fixed", "input_range=learned", "wire_resistance_ohm=3",
                                "read_weight_noise_kind=conductance", "backward_adc_range=3"}) {
    HardwareConfig none;
    set(none, no_effect);
    INFO(no_effect);
    CHECK_FALSE(needs_vector_path(none));
  }
}

TEST_CASE("a setting that would have no effect is refused with both names") {
  CHECK(refusal({}).empty());
  CHECK_THAT(refusal({"input_rounding=stochastic", "dac_bits=0"}),
             ContainsSubstring("input_rounding = stochastic has no effect with hardware.dac_bits = 0"));
  CHECK_THAT(refusal({"output_rounding=stochastic", "adc_bits=0"}),
             ContainsSubstring("output_rounding = stochastic has no effect with hardware.adc_bits = 0"));
  CHECK_THAT(refusal({"bound_management=iterative", "adc_bits=0"}), ContainsSubstring("bound_management"));
  CHECK_THAT(refusal({"s_shape_spread=0.1"}), ContainsSubstring("s_shape = 0"));
  CHECK_THAT(
      refusal({"noise_management=abs_max", "input_range=learned"}),
      ContainsSubstring("input_range = learned has no effect with hardware.noise_management = abs_max"));
}

TEST_CASE("values out of range and unknown words are refused, with what is allowed") {
  HardwareConfig hardware;
  CHECK_THROWS_WITH(set(hardware, "adc_range=0"), ContainsSubstring("adc_range"));
  CHECK_THROWS_WITH(set(hardware, "output_noise=-0.1"), ContainsSubstring("expected 0 to 100, got -0.1"));
  CHECK_THROWS_WITH(set(hardware, "read_weight_noise=-1"), ContainsSubstring("expected 0 to 100, got -1"));
  CHECK_THROWS_WITH(set(hardware, "input_rounding=up"), ContainsSubstring("one of nearest, stochastic"));
  CHECK_THROWS_WITH(set(hardware, "ir_drop=aproximate"), ContainsSubstring("did you mean 'approximate'"));
  CHECK_THROWS_WITH(set(hardware, "noise_management=max"), ContainsSubstring("one of none, abs_max"));
  CHECK_THROWS_WITH(set(hardware, "input_range=learn"),
                    ContainsSubstring("one of percentile, fixed, learned"));
  CHECK_THROWS_WITH(set(hardware, "input_range_value=0"), ContainsSubstring("input_range_value"));
  CHECK_THAT(refusal({"backward_adc_bits=2"}), ContainsSubstring("3 to 10, got 2"));
}

TEST_CASE("values that no configuration file was read for are checked too") {
  const auto refused = [](auto change, const char* text) {
    HardwareConfig hardware;
    change(hardware);
    CHECK_THROWS_WITH(check_mvm_effects(hardware), ContainsSubstring(text));
  };
  refused([](HardwareConfig& h) { h.effects.read_weight_noise = -1; },
          "read_weight_noise: expected 0 to 100");
  refused([](HardwareConfig& h) { h.effects.s_shape = std::nan(""); }, "s_shape");
  refused([](HardwareConfig& h) { h.adc_range = 0; }, "converter range: expected a number above 0, got 0");
}
