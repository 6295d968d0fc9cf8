// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/base/fields.hpp"

namespace mho {

/// A chip as its TOML file describes it (configs/chips/*.toml): cores, crossbars, times and energies.
struct ChipConfig {
  std::string name = "hermes64";
  int grid_rows = 8;  ///< cores lie on a grid_rows x grid_columns grid
  int grid_columns = 8;
  int crossbar_rows = 256;
  int crossbar_columns = 256;
  int devices_per_cell = 4;       ///< G1+, G2+, G1-, G2-
  double mvm_time_s = 133e-9;     ///< one matrix-vector product of a core
  double mvm_energy_j = 13.4e-9;  ///< of a whole core, however much of it is used
  double peak_tops_per_watt = 9.76;
  double link_energy_low_j_per_bit = 10e-15;  ///< for one hop; published numbers differ, so both are printed
  double link_energy_high_j_per_bit = 81e-15;
  int activation_bits = 8;                  ///< of one activation on a link
  int partial_sum_bits = 16;                ///< of one partial sum on a link (the digital units add in FP16)
  int adc_tolerance_counts = 5;             ///< program-and-verify margin, ADC counts
  double digital_energy_j_per_mac = 1e-12;  ///< depthwise layers, batch norm, additions in digital units

  int cores() const { return grid_rows * grid_columns; }
  void fields(FieldVisitor& visitor);
};

/// Reads a chip file: one table [chip], every key optional (the defaults above are
/// configs/chips/hermes64.toml). Throws ConfigError (file:line:column).
ChipConfig load_chip(const std::filesystem::path& file);

}  // namespace mho
