// SPDX-License-Identifier: Apache-2.0
#include "core/chip/chip.hpp"

#include <fmt/format.h>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "core/chip/mapping/link_graph.hpp"

namespace mho {
namespace {

const Allowed positive = at_least(1e-30);  // times and energies that something is divided by

void check_bracket(const char* name, double low, double high) {
  if (low > high)
    throw ConfigError(fmt::format("chip.{}: expected low <= high, got {} > {}", name, low, high));
}

void check_chip(const ChipConfig& chip) {
  check_bracket("conversion_share", chip.conversion_share_low, chip.conversion_share_high);
  check_bracket("link_energy", chip.link_energy_low_j_per_bit, chip.link_energy_high_j_per_bit);
  check_bracket("off_chip_energy", chip.off_chip_energy_low_j_per_bit, chip.off_chip_energy_high_j_per_bit);
  if (chip.phases != 1 && chip.phases != 4)
    throw ConfigError(fmt::format("chip.phases: expected 1 or 4, got {}", chip.phases));
  LinkGraph{chip};
}

/// But for keys that need no number.
void add_left_out(const std::vector<std::string>& left_out, ChipConfig& chip) {
  for (const auto& key : left_out) {
    const std::string name = key.substr(key.find('.') + 1);
    if (name != "link_ends" && name != "from_hermes64") chip.from_hermes64.push_back(name);
  }
}

std::string as_text(ChipConfig chip) {
  return write_config({{"chip", "", [&chip](FieldVisitor& visitor) { chip.fields(visitor); }}});
}

}  // namespace

void ChipConfig::fields(FieldVisitor& visitor) {
  visitor.field("name", &name, anything(), "what reports call the chip");
  visitor.field("grid_rows", &grid_rows, between(1, 1024), "rows of the grid of cores");
  visitor.field("grid_columns", &grid_columns, between(1, 1024), "columns of the grid of cores");
  visitor.field("crossbar_rows", &crossbar_rows, between(1, 65536), "inputs of one core");
  visitor.field("crossbar_columns", &crossbar_columns, between(1, 65536), "outputs of one core");
  visitor.field("devices_per_cell", &devices_per_cell, between(4, 4), "G1+, G2+, G1-, G2- of one unit cell");
  visitor.field("phases", &phases, between(1, 4),
                "reads of one matrix-vector product: 1 (fast) or 4 (one sign combination each, precise)");
  visitor.field("mvm_time_s", &mvm_time_s, positive, "time of one product of a core in 1 phase, s");
  visitor.field("mvm_energy_j", &mvm_energy_j, positive, "energy of that product, whole core, J");
  visitor.field("four_phase_mvm_time_s", &four_phase_mvm_time_s, positive,
                "time of one product of a core in 4 phases, s");
  visitor.field("four_phase_mvm_energy_j", &four_phase_mvm_energy_j, positive,
                "energy of that product, whole core, J");
  visitor.field("dac_bits", &dac_bits, between(1, 16), "bits of an input converter");
  visitor.field("adc_bits", &adc_bits, between(1, 16), "bits of an output converter");
  visitor.field("conversion_share_low", &conversion_share_low, between(0, 1),
                "share of a product's energy in output conversion, low estimate");
  visitor.field("conversion_share_high", &conversion_share_high, between(0, 1),
                "share of a product's energy in output conversion, high estimate");
  visitor.field("link_graph", &link_graph,
                "which cores are linked: grid neighbours, all of a row and of a column, all, or link_ends");
  visitor.field("link_ends", &link_ends, between(0, 1 << 20),
                "cores that link_graph = \"list\" links, two a link, both ways");
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
  visitor.field("global_digital_units", &global_digital_units, between(0, 1 << 20),
                "digital units that cores share, beside the local one of each core");
  visitor.field("buffer_kib", &buffer_kib, between(0, 1e9),
                "on-chip memory for activations, KiB; 0: they wait off chip");
  visitor.field("buffer_energy_j_per_bit", &buffer_energy_j_per_bit, at_least(0),
                "energy of one bit into or out of that memory, J");
  visitor.field("off_chip_energy_low_j_per_bit", &off_chip_energy_low_j_per_bit, at_least(0),
                "energy of one bit that leaves or enters the chip, low estimate, J");
  visitor.field("off_chip_energy_high_j_per_bit", &off_chip_energy_high_j_per_bit, at_least(0),
                "energy of one bit that leaves or enters the chip, high estimate, J");
  visitor.field(
      "from_hermes64", &from_hermes64, anything(),
      "keys of this file that hold hermes64's number for want of an own; keys that a file leaves out are "
      "added");
}

bool ChipConfig::is_hermes64() const { return as_text(*this) == as_text({}); }

ChipConfig load_chip(const std::filesystem::path& file) {
  ChipConfig chip;
  const Section section{"chip", "the chip", [&chip](FieldVisitor& visitor) { chip.fields(visitor); }};
  const auto left_out = read_config(file, {section});
  add_left_out(left_out, chip);
  try {
    check_chip(chip);
  } catch (const ConfigError& error) {
    throw ConfigError(file.string() + ": " + error.what());
  }
  return chip;
}

}  // namespace mho
