// SPDX-License-Identifier: Apache-2.0
#include "core/chip/report.hpp"

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
  CHECK_THAT(report, ContainsSubstring("4.70 of 9.76 TOPS/W"));
  CHECK_THAT(report, ContainsSubstring("27 x 56") && ContainsSubstring("2016 x 224"));
  CHECK_THAT(report, ContainsSubstring("| 32 | 4, 0 | 1 |"));
  CHECK_THAT(report, ContainsSubstring("The busiest 12 of") && ContainsSubstring("partial_sum"));
  CHECK(report == report_of("resnet9"));
}

TEST_CASE("a report of one core says that nothing travels") {
  CHECK_THAT(report_of("ds_cnn"), ContainsSubstring("nothing travels between cores"));
}

}  // namespace mho
