// SPDX-License-Identifier: Apache-2.0
#include "core/analog/array_config.hpp"

#include <cmath>
#include <limits>

#include "core/analog/hardware.hpp"
#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// What HardwareConfig::check says after a change; "" when nothing.
template <class Change>
std::string error_after(Change&& change) {
  HardwareConfig hardware;
  change(hardware);
  try {
    hardware.check();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

void set(HardwareConfig& hardware, const std::string& text) {
  set_config("hardware." + text, {{"hardware", "", [&](FieldVisitor& v) { hardware.fields(v); }}});
}

}  // namespace

TEST_CASE("The array's settings are keys of the hardware table") {
  HardwareConfig hardware;
  for (const char* text :
       {"mapping=pairs", "pair_significances=[1.0, 2.0]", "devices_per_cell=8", "stuck_at_reset_rate=0.01",
        "stuck_at_set_rate=0.02", "dead_column_rate=0.5", "programming=verify", "verify_iterations=3",
        "verify_margin_us=0.25", "ir_drop=ladder", "wire_resistance_ohm=0.5", "drift_compensation=column"})
    set(hardware, text);
  CHECK_NOTHROW(hardware.check());
  CHECK(hardware.cell.pair_significances == std::vector<double>{1, 2});
  CHECK(hardware.faults.dead_column_rate == 0.5);
  CHECK(hardware.programming.verify_iterations == 3);
  CHECK(hardware.wires.wire_resistance_ohm == 0.5);
}

TEST_CASE("Unknown kinds are told with the known ones") {
  HardwareConfig hardware;
  CHECK_THROWS_WITH(set(hardware, "mapping=pair"),
                    ContainsSubstring("hardware.mapping=pair: expected one of pairs, single, got 'pair'") &&
                        ContainsSubstring("did you mean 'pairs'"));
  CHECK_THROWS_WITH(set(hardware, "programming=twice"), ContainsSubstring("one_shot, verify"));
  CHECK_THROWS_WITH(set(hardware, "ir_drop=yes"), ContainsSubstring("none, approximate, ladder"));
}

TEST_CASE("Pairs must exist, count for something and fit the cell") {
  CHECK(error_after([](auto& h) { h.cell.pair_significances = {1, 1}; }).empty());
  CHECK_THAT(error_after([](auto& h) { h.cell.pair_significances = {}; }),
             ContainsSubstring("pair_significances: expected at least one pair"));
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK_THAT(error_after([&](auto& h) {
                 h.cell.pair_significances = {1, bad};
               }),
               ContainsSubstring("expected numbers above 0"));
  CHECK_THAT(error_after([](auto& h) {
               h.cell.pair_significances = {1, 1, 1};
             }),
             ContainsSubstring("3 pairs need 6 devices") && ContainsSubstring("devices_per_cell = 4"));
  CHECK_THAT(error_after([](auto& h) { h.cell.devices_per_cell = 1; }), ContainsSubstring("need 2 devices"));
  CHECK_THAT(error_after([](auto& h) {
               h.cell.kind = CellKind::single;
               h.cell.pair_significances = {2};
             }),
             ContainsSubstring("has no pairs"));
  CHECK(error_after([](auto& h) {
          h.cell.kind = CellKind::single;
          h.cell.devices_per_cell = 1;
        }).empty());
}

TEST_CASE("Rates lie in 0 to 1, and a device is stuck at one end only") {
  CHECK_THAT(error_after([](auto& h) { h.faults.stuck_at_reset_rate = -.1; }),
             ContainsSubstring("stuck_at_reset_rate: expected 0 to 1, got -0.1"));
  CHECK_THAT(error_after([](auto& h) { h.faults.stuck_at_set_rate = 1.5; }), ContainsSubstring("got 1.5"));
  CHECK_THAT(error_after([](auto& h) { h.faults.dead_column_rate = std::nan(""); }),
             ContainsSubstring("dead_column_rate"));
  CHECK_THAT(error_after([](auto& h) {
               h.faults = {.6, .6, 0};
             }),
             ContainsSubstring("at most 1, got 0.6 + 0.6"));
  CHECK(error_after([](auto& h) { h.faults = {.5, .5, 1}; }).empty());
}

TEST_CASE("Verify wants a margin and an iteration; wires no negative resistance") {
  CHECK(error_after([](auto& h) { h.programming = {ProgrammingMethod::one_shot, 10, 0}; }).empty());
  for (const double margin : {0.0, -1.0, std::nan("")})
    CHECK_THAT(error_after([&](auto& h) {
                 h.programming = {ProgrammingMethod::verify, 10, margin};
               }),
               ContainsSubstring("verify_margin_us: expected a number above 0"));
  CHECK_THAT(error_after([](auto& h) {
               h.programming = {ProgrammingMethod::verify, 0, 1};
             }),
             ContainsSubstring("verify_iterations: expected at least 1, got 0"));
  CHECK_THAT(error_after([](auto& h) {
               h.wires = {IrDrop::ladder, -1};
             }),
             ContainsSubstring("wire_resistance_ohm"));
}
