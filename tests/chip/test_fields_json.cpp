// SPDX-License-Identifier: Apache-2.0
#include "core/base/fields_json.hpp"

#include "core/analog/hardware.hpp"
#include "core/base/error.hpp"
#include "core/chip/chip.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

template <class Config>
Section section_of(Config& config) {
  return {"settings", "", [&config](FieldVisitor& visitor) { config.fields(visitor); }};
}

std::string error_of(const std::string& object) {
  ChipConfig chip;
  return message_of<DataError>([&] { fields_from_json(object, section_of(chip), "io.json: chip"); });
}

}  // namespace

TEST_CASE("fields written as JSON read back to the same values") {
  ChipConfig chip = small_chip(3, 5, 100), read;
  chip.name = "quoted \"name\" \\ with # marks";
  chip.mvm_time_s = 1.0 / 3e9;
  fields_from_json(fields_to_json(section_of(chip)), section_of(read), "here");
  CHECK(fields_to_json(section_of(read)) == fields_to_json(section_of(chip)));
  CHECK(read.name == chip.name);
  CHECK(read.mvm_time_s == chip.mvm_time_s);

  HardwareConfig hardware, hardware_read;
  hardware.adc_bits = 6;
  hardware.output_noise = 0.1;
  fields_from_json(fields_to_json(section_of(hardware)), section_of(hardware_read), "here");
  CHECK(fields_to_json(section_of(hardware_read)) == fields_to_json(section_of(hardware)));
}

TEST_CASE("missing, unknown, mistyped and impossible fields are told with their place") {
  ChipConfig chip;
  const std::string good = fields_to_json(section_of(chip));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  CHECK(error_of(good).empty());
  CHECK_THAT(error_of("[1]"), ContainsSubstring("io.json: chip: expected an object"));
  CHECK_THAT(error_of("{"), ContainsSubstring("expected an object"));
  CHECK_THAT(error_of(changed("\"grid_rows\":8,", "")), ContainsSubstring("the key 'grid_rows'"));
  CHECK_THAT(error_of(changed("{", "{\"colour\":1,")), ContainsSubstring("colour"));
  CHECK_THAT(error_of(changed("\"grid_rows\":8", "\"grid_rows\":\"many\"")), ContainsSubstring("grid_rows"));
  CHECK_THAT(error_of(changed("\"grid_rows\":8", "\"grid_rows\":0")), ContainsSubstring("grid_rows"));
}

}  // namespace mho
