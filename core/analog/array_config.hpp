// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// What carries a weight: differences of two devices, or one device whose middle is subtracted in digital.
enum class CellKind { pairs, single };
template <>
inline constexpr std::array words_of<CellKind>{"pairs", "single"};

/// How often a device is programmed: once, or again while it reads too far from its target.
enum class ProgrammingMethod { one_shot, verify };
template <>
inline constexpr std::array words_of<ProgrammingMethod>{"one_shot", "verify"};

/// How the voltage lost along a column's wire is found.
enum class IrDrop { none, approximate, ladder };
template <>
inline constexpr std::array words_of<IrDrop>{"none", "approximate", "ladder"};

/// Which devices of a unit cell carry a weight (a part of the [hardware] table).
struct CellConfig {
  CellKind kind = CellKind::pairs;
  std::vector<double> pair_significances = {1.0};  ///< what each pair's difference counts for
  int devices_per_cell = 4;

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError: no pair, a significance that is not above 0, more devices than a cell has.
  void check() const;
};

/// What does not work on a crossbar, drawn anew for each programming (a part of [hardware]).
struct FaultConfig {
  double stuck_at_reset_rate = 0;  ///< of the devices: stay at their lowest conductance
  double stuck_at_set_rate = 0;    ///< of the devices: stay at their highest conductance
  double dead_column_rate = 0;     ///< of the columns of each crossbar: open, so no device conducts

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError: a rate outside 0 to 1, stuck rates that sum to more than 1.
  void check() const;
};

/// How devices are brought to their targets (a part of [hardware]).
struct ProgrammingConfig {
  ProgrammingMethod method = ProgrammingMethod::one_shot;
  int verify_iterations = 10;     ///< most times a device is programmed again
  double verify_margin_us = 0.5;  ///< a device that reads nearer to its target is left alone

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError: verify with a margin or a count that is not above 0.
  void check() const;
};

/// The resistance of a column's wire (a part of [hardware]).
struct WireConfig {
  IrDrop ir_drop = IrDrop::none;
  double wire_resistance_ohm = 0.35;  ///< between two neighbouring cells of a column

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError: a resistance that is not a number of at least 0.
  void check() const;
};

}  // namespace mho
