// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/report.hpp"

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

std::string report_of(const std::string& name) {
  const Architecture net = builtin(name);
  const auto mapping = map_onto_chip(net, ChipConfig{}).mapping;
  REQUIRE(mapping.has_value());
  return write_report(net, ChipConfig{}, *mapping);
}

}  // namespace

TEST_CASE("a report states the cost, every layer, every core and the busiest links") {
  const std::string report = report_of("resnet9");
  CHECK_THAT(report, ContainsSubstring("# resnet9 on hermes64") && ContainsSubstring("| cores | 33 of 64 |"));
  CHECK_THAT(report, ContainsSubstring("| core products | 6,913 | 13.4 nJ | 92.6 µJ |"));
  CHECK_THAT(report, ContainsSubstring("4.71 of 9.78 TOPS/W") && ContainsSubstring("| mapping | fast |"));
  CHECK_THAT(report, ContainsSubstring("27 x 56") && ContainsSubstring("2016 x 224"));
  CHECK_THAT(report, ContainsSubstring("| 32 | 4, 0 | 1 |"));
  CHECK_THAT(report, ContainsSubstring("The busiest 12 of") && ContainsSubstring("partial_sum"));
  CHECK(report == report_of("resnet9"));
}

TEST_CASE("a report says whose the chip's numbers are") {
  CHECK_THAT(report_of("ds_cnn"), ContainsSubstring("configs/chips/hermes64.toml states the source of each"));
  ChipConfig chip;
  chip.name = "own";
  chip.mvm_energy_j = 30e-9;
  chip.from_hermes64 = {"mvm_time_s", "phases"};
  const Architecture net = builtin("ds_cnn");
  const std::string report = write_report(net, chip, map_onto_chip(net, chip).mapping.value());
  CHECK_THAT(report, !ContainsSubstring("source"));
  CHECK_THAT(report, ContainsSubstring("those of the chip file of own") &&
                         ContainsSubstring("taken from hermes64: mvm_time_s, phases."));
}

TEST_CASE("a report of one core says that nothing travels") {
  CHECK_THAT(report_of("ds_cnn"), ContainsSubstring("nothing travels between cores"));
}

}  // namespace mho
