// SPDX-License-Identifier: Apache-2.0
#include "core/analog/converter.hpp"
#include "core/analog/hardware.hpp"

#include <cmath>
#include <set>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::vector<Section> hardware_section(HardwareConfig& config) {
  return {{"hardware", "Hardware.", [&](FieldVisitor& v) { config.fields(v); }}};
}

}  // namespace

TEST_CASE("The hardware table round-trips through its file") {
  HardwareConfig config;
  config.device = "hermes_tdp";
  config.g_max_us = 20.7;
  config.weight_scaling = WeightScaling::tile;
  config.adc_bits = 0;
  config.drift_compensation = CompensationMode::none;
  HardwareConfig copy;
  read_config_text(write_config(hardware_section(config)), "test.toml", hardware_section(copy));
  CHECK(write_config(hardware_section(copy)) == write_config(hardware_section(config)));
  CHECK(copy.device == "hermes_tdp");
}

TEST_CASE("Hardware values out of range are told with what is allowed") {
  HardwareConfig config;
  const auto set = [&](const std::string& text) { set_config("hardware." + text, hardware_section(config)); };
  CHECK_THROWS_WITH(set("device=pmc"), ContainsSubstring("did you mean 'pcm'"));
  CHECK_THROWS_WITH(set("adc_bits=11"), ContainsSubstring("expected 0 to 10, got 11"));
  CHECK_THROWS_WITH(set("g_max_us=-5"), ContainsSubstring("expected 0 to 1000, got -5"));
  CHECK_THROWS_WITH(set("adc_range=0"), ContainsSubstring("expected 0.1 to 10000, got 0"));
  CHECK_THROWS_WITH(set("crossbar_rows=0"), ContainsSubstring("expected 1 to 4096"));
  CHECK_THROWS_WITH(set("weight_scaling=row"), ContainsSubstring("one of column, tile"));
  CHECK_THROWS_WITH(set("drift_compensation=local"), ContainsSubstring("one of none, global, exact, column"));
}

TEST_CASE("A g_max of 0 becomes the device's own, and one that the device cannot hold is refused") {
  HardwareConfig config;
  config.g_max_us = 0;
  resolve_g_max(config);
  CHECK(config.g_max_us == 25);
  config.device = "reram_cmo";
  config.g_max_us = 100;
  CHECK_THROWS_WITH(resolve_g_max(config), ContainsSubstring("at most 88.2 µS"));
  config.g_max_us = 0;
  resolve_g_max(config);
  CHECK(config.g_max_us == 88.2);
}

TEST_CASE("A converter has 2^bits - 1 symmetric levels") {
  for (int bits = 3; bits <= 10; ++bits) {
    const auto converter = make_converter(bits, 1.0);
    std::set<float> levels;
    for (int i = -40000; i <= 40000; ++i) levels.insert(convert(converter, static_cast<float>(i) / 20000.0f));
    CHECK(levels.size() == (size_t{1} << bits) - 1);
    CHECK(*levels.begin() == Approx(-1.0));
    CHECK(*levels.rbegin() == Approx(1.0));
    CHECK(levels.count(0.0f) == 1);
  }
}

TEST_CASE("A converter rounds to the nearest level, is odd and does nothing twice") {
  const auto converter = make_converter(8, 10.0);
  CHECK(converter.step == Approx(20.0 / 254));
  std::vector<float> values(10000);
  fill_normal(RandomKey(1), values);
  for (const float v : values) {
    const float value = 5 * v, converted = convert(converter, value);
    const float clipped = std::fmin(std::fmax(value, -10.0f), 10.0f);
    REQUIRE(converted == std::nearbyint(clipped / converter.step) * converter.step);
    REQUIRE(std::fabs(converted - clipped) <= 0.5001f * converter.step);
    REQUIRE(convert(converter, -value) == -converted);
    REQUIRE(convert(converter, converted) == converted);
  }
}

TEST_CASE("No bits are no converter") {
  const auto converter = make_converter(0, 10.0);
  CHECK(converter.step == 0);
  for (const float v : {-1e6f, -0.123456f, 0.0f, 3.0f, 1e20f}) CHECK(convert(converter, v) == v);
}

TEST_CASE("Impossible converters are refused") {
  for (const int bits : {-1, 1, 2, 11}) CHECK_THROWS_AS(make_converter(bits, 1.0), ConfigError);
  CHECK_THROWS_WITH(make_converter(2, 1.0), ContainsSubstring("expected 0 (off) or 3 to 10, got 2"));
  for (const double limit : {0.0, -1.0, std::nan("")}) CHECK_THROWS_AS(make_converter(8, limit), ConfigError);
  CHECK_THROWS_WITH(make_converter(8, -1), ContainsSubstring("above 0, got -1"));
}
