// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// Which devices of a unit cell carry a weight (a part of the [hardware] table).
struct CellConfig {
  std::string kind = "pairs";                      ///< pairs | single
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
  std::string method = "one_shot";  ///< one_shot | verify
  int verify_iterations = 10;       ///< most times a device is programmed again
  double verify_margin_us = 0.5;    ///< a device that reads nearer to its target is left alone

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError: an unknown method; verify with a margin or a count that is not above 0.
  void check() const;
};

/// The resistance of a column's wire (a part of [hardware]).
struct WireConfig {
  std::string ir_drop = "none";       ///< none | approximate | ladder
  double wire_resistance_ohm = 0.35;  ///< between two neighbouring cells of a column

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError: an unknown ir_drop, a resistance that is not a number of at least 0.
  void check() const;
};

}  // namespace mho
