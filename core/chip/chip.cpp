// SPDX-License-Identifier: Apache-2.0
#include "core/chip/chip.hpp"

#include "core/base/config_file.hpp"

namespace mho {
namespace {

const Allowed positive = at_least(1e-30);  // times and energies that something is divided by

}  // namespace

void ChipConfig::fields(FieldVisitor& visitor) {
  visitor.field("name", &name, anything(), "what reports call the chip");
  visitor.field("grid_rows", &grid_rows, between(1, 1024), "rows of the grid of cores");
  visitor.field("grid_columns", &grid_columns, between(1, 1024), "columns of the grid of cores");
  visitor.field("crossbar_rows", &crossbar_rows, between(1, 65536), "inputs of one core");
  visitor.field("crossbar_columns", &crossbar_columns, between(1, 65536), "outputs of one core");
  visitor.field("devices_per_cell", &devices_per_cell, between(4, 4), "G1+, G2+, G1-, G2- of one unit cell");
  visitor.field("mvm_time_s", &mvm_time_s, positive, "time of one matrix-vector product of a core, s");
  visitor.field("mvm_energy_j", &mvm_energy_j, at_least(0), "energy of one product of a whole core, J");
  visitor.field("peak_tops_per_watt", &peak_tops_per_watt, at_least(0), "efficiency of a full core, TOPS/W");
  visitor.field("link_energy_low_j_per_bit", &link_energy_low_j_per_bit, at_least(0),
                "energy of one bit over one hop, low estimate, J");
  visitor.field("link_energy_high_j_per_bit", &link_energy_high_j_per_bit, at_least(0),
                "energy of one bit over one hop, high estimate, J");
  visitor.field("activation_bits", &activation_bits, between(1, 64), "bits of one activation on a link");
  visitor.field("partial_sum_bits", &partial_sum_bits, between(1, 64), "bits of one partial sum on a link");
  visitor.field("adc_tolerance_counts", &adc_tolerance_counts, between(0, 1 << 20),
                "margin of program-and-verify, ADC counts");
  visitor.field("digital_energy_j_per_mac", &digital_energy_j_per_mac, at_least(0),
                "energy of one multiply-accumulate in a digital unit, J");
}

ChipConfig load_chip(const std::filesystem::path& file) {
  ChipConfig chip;
  read_config(file, {{"chip", "the chip", [&chip](FieldVisitor& visitor) { chip.fields(visitor); }}});
  return chip;
}

}  // namespace mho
