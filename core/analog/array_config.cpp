// SPDX-License-Identifier: Apache-2.0
#include "core/analog/array_config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {
namespace {

void check_rate(const char* name, double rate) {
  if (!(rate >= 0 && rate <= 1))
    throw ConfigError(fmt::format("hardware.{}: expected 0 to 1, got {}", name, rate));
}

}  // namespace

void CellConfig::fields(FieldVisitor& visitor) {
  visitor.field("mapping", &kind,
                "What carries a weight. pairs: differences of two devices, G+ and G-; single: one device "
                "between its lowest and highest conductance, the middle subtracted in digital.");
  visitor.field("pair_significances", &pair_significances, between(0, 1e6),
                "One number a pair: what its difference counts for in the weight. [1] is one pair, [1, 1] "
                "the dual pair; pairs of low significance are filled first.");
  visitor.field("devices_per_cell", &devices_per_cell, between(1, 1024),
                "Devices that a unit cell has; a pair needs two.");
}

void CellConfig::check() const {
  if (pair_significances.empty())
    throw ConfigError("hardware.pair_significances: expected at least one pair, got none");
  for (const double significance : pair_significances)
    if (!(significance > 0 && significance <= 1e6))
      throw ConfigError(fmt::format(
          "hardware.pair_significances: expected numbers above 0 and at most 1e6, got {}", significance));
  if (kind == CellKind::single && pair_significances != std::vector<double>{1.0})
    throw ConfigError(fmt::format(
        "hardware.pair_significances: expected [1], because hardware.mapping = 'single' has no pairs, got {} "
        "numbers that begin with {}",
        pair_significances.size(), pair_significances[0]));
  const size_t needed = kind == CellKind::single ? 1 : 2 * pair_significances.size();
  if (devices_per_cell < 1 || needed > static_cast<size_t>(devices_per_cell))
    throw ConfigError(fmt::format(
        "hardware.pair_significances: {} pairs need {} devices, expected at most hardware.devices_per_cell = "
        "{}",
        pair_significances.size(), needed, devices_per_cell));
}

void FaultConfig::fields(FieldVisitor& visitor) {
  visitor.field("stuck_at_reset_rate", &stuck_at_reset_rate, between(0, 1),
                "Part of the devices that stay at their lowest conductance, without drift or noise.");
  visitor.field("stuck_at_set_rate", &stuck_at_set_rate, between(0, 1),
                "Part of the devices that stay at their highest conductance, without drift or noise.");
  visitor.field("dead_column_rate", &dead_column_rate, between(0, 1),
                "Part of each crossbar's columns that are open: all their devices conduct nothing.");
}

void FaultConfig::check() const {
  check_rate("stuck_at_reset_rate", stuck_at_reset_rate);
  check_rate("stuck_at_set_rate", stuck_at_set_rate);
  check_rate("dead_column_rate", dead_column_rate);
  if (stuck_at_reset_rate + stuck_at_set_rate > 1)
    throw ConfigError(
        fmt::format("hardware.stuck_at_reset_rate + stuck_at_set_rate: expected at most 1, got {} + {}",
                    stuck_at_reset_rate, stuck_at_set_rate));
}

void ProgrammingConfig::fields(FieldVisitor& visitor) {
  visitor.field("programming", &method,
                "one_shot: every device once. verify: devices that read further than verify_margin_us from "
                "their target are programmed again.");
  visitor.field("verify_iterations", &verify_iterations, between(1, 1000),
                "Most times that verify programs a device again.");
  visitor.field("verify_margin_us", &verify_margin_us, between(0, 1000),
                "Largest distance from the target, µS, that verify leaves alone; above 0.");
}

void ProgrammingConfig::check() const {
  if (method != ProgrammingMethod::verify) return;
  if (!(verify_margin_us > 0))
    throw ConfigError(
        fmt::format("hardware.verify_margin_us: expected a number above 0, got {}", verify_margin_us));
  if (verify_iterations < 1)
    throw ConfigError(
        fmt::format("hardware.verify_iterations: expected at least 1, got {}", verify_iterations));
}

void WireConfig::fields(FieldVisitor& visitor) {
  visitor.field("ir_drop", &ir_drop,
                "Voltage lost along a column's wire. ladder: solved exactly for each column, once a read; "
                "approximate: a formula "
                "of each product's total current (vector path).");
  visitor.field("wire_resistance_ohm", &wire_resistance_ohm, between(0, 1e6),
                "Of a column's wire between two neighbouring cells.");
}

void WireConfig::check() const {
  if (!(wire_resistance_ohm >= 0 && wire_resistance_ohm <= 1e6))
    throw ConfigError(
        fmt::format("hardware.wire_resistance_ohm: expected 0 to 1e6, got {}", wire_resistance_ohm));
}

}  // namespace mho
