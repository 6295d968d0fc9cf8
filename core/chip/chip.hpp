// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// Which cores are linked, see LinkGraph.
enum class LinkGraphKind { mesh, row_column, full, list };
template <>
inline constexpr std::array words_of<LinkGraphKind>{"mesh", "row_column", "full", "list"};

/// A chip as its TOML file describes it (configs/chips/*.toml): cores, crossbars, links, times and energies.
/// Each number's source and how far to trust it stand in the file.
struct ChipConfig {
  std::string name = "hermes64";
  int grid_rows = 8;  ///< cores lie on a grid_rows x grid_columns grid
  int grid_columns = 8;
  int crossbar_rows = 256;
  int crossbar_columns = 256;
  int devices_per_cell = 4;       ///< G1+, G2+, G1-, G2-
  int phases = 1;                 ///< 1 or 4 reads make one matrix-vector product; selects the numbers below
  double mvm_time_s = 133e-9;     ///< one matrix-vector product of a core, 1-phase
  double mvm_energy_j = 13.4e-9;  ///< of a whole core, however much of it is used
  double four_phase_mvm_time_s = 521e-9;
  double four_phase_mvm_energy_j = 52.9e-9;
  int dac_bits = 8;
  int adc_bits = 8;
  double conversion_share_low = 0.6;  ///< of the product's energy that goes into output conversion
  double conversion_share_high = 0.7;
  LinkGraphKind link_graph = LinkGraphKind::mesh;
  std::vector<int> link_ends = {};  ///< of "list": core, core, core, core, ...: two a link, both ways
  double link_energy_low_j_per_bit = 10e-15;  ///< for one hop; published numbers differ, so both are printed
  double link_energy_high_j_per_bit = 81e-15;
  int activation_bits = 8;                  ///< of one activation on a link
  int partial_sum_bits = 16;                ///< of one partial sum on a link (the digital units add in FP16)
  int adc_tolerance_counts = 5;             ///< program-and-verify margin, ADC counts
  int global_digital_units = 8;             ///< beside the local one of each core
  double digital_energy_j_per_mac = 1e-12;  ///< depthwise layers, batch norm, additions in digital units
  double buffer_kib = 0;                    ///< on-chip activation memory, KiB; 0: activations wait off chip
  double buffer_energy_j_per_bit = 80e-15;  ///< one bit into or out of that memory
  double off_chip_energy_low_j_per_bit = 0.2e-12;  ///< one bit out of or into the chip
  double off_chip_energy_high_j_per_bit = 3.75e-12;

  std::vector<std::string> from_hermes64 =
      {};  ///< keys that its file leaves out: hermes64's values stand there

  int cores() const { return grid_rows * grid_columns; }
  /// Time and energy of one product in the phases chosen, and the efficiency of one that uses every cell, in
  /// TOPS/W: two operations a cell over that energy.
  double product_time_s() const { return phases == 4 ? four_phase_mvm_time_s : mvm_time_s; }
  double product_energy_j() const { return phases == 4 ? four_phase_mvm_energy_j : mvm_energy_j; }
  double peak_efficiency() const { return 2e-12 * crossbar_rows * crossbar_columns / product_energy_j(); }
  bool is_hermes64() const;  ///< in every number
  void fields(FieldVisitor& visitor);
};

/// Reads a chip file: one table [chip]. The defaults above, configs/chips/hermes64.toml, stand for keys that
/// it leaves out and are named in ChipConfig::from_hermes64. Throws ConfigError (file:line:column), and
/// ConfigError naming the file for a bracket upside down or links that leave cores apart.
ChipConfig load_chip(const std::filesystem::path& file);

}  // namespace mho
