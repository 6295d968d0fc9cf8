// SPDX-License-Identifier: Apache-2.0
#include "search/candidate_config.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"

namespace mho {
namespace {

constexpr const char* crossbar_size = "hardware.crossbar_size";

/// A core's energy a product with other converters and sizes than the chip file's, which its figures are for:
/// output conversion takes a share of it that rises with the columns and, as counting converters do, with
/// 2^bits; the rest rises with the cells. A model, no measurement (docs/search.md).
void scale_energy(ChipConfig& chip, double columns, double cells, int adc_bits) {
  const double share = (chip.conversion_share_low + chip.conversion_share_high) / 2;
  const double factor = share * columns * std::exp2(adc_bits - chip.adc_bits) + (1 - share) * cells;
  chip.mvm_energy_j *= factor;
  chip.four_phase_mvm_energy_j *= factor;
}

void set_crossbar_size(RunConfig& config, int size) {
  const double rows = 1.0 * size / config.chip.crossbar_rows,
               columns = 1.0 * size / config.chip.crossbar_columns;
  scale_energy(config.chip, columns, rows * columns, config.chip.adc_bits);
  config.hardware.crossbar_rows = config.hardware.crossbar_columns = size;
  config.chip.crossbar_rows = config.chip.crossbar_columns = size;
}

void apply(RunConfig& config, const Genome::Entry& entry) {
  if (entry.gene == crossbar_size) return set_crossbar_size(config, static_cast<int>(number_of(entry.value)));
  set_config(entry.gene + "=" + to_string(entry.value), config.sections());
  if (entry.gene == "hardware.adc_bits") {
    scale_energy(config.chip, 1, 1, config.hardware.adc_bits);
    config.chip.adc_bits = config.hardware.adc_bits;
  }
  if (entry.gene == "hardware.dac_bits") config.chip.dac_bits = config.hardware.dac_bits;
}

std::vector<Value> tried(const Gene& gene) {
  if (!gene.values.empty()) return gene.values;
  return {gene.at(0), gene.at(1 - 0x1p-53)};
}

}  // namespace

bool is_setting(const std::string& gene) {
  return gene.starts_with("training.") || gene.starts_with("hardware.") || gene.starts_with("chip.");
}

bool has_settings(const Genome& genome) {
  return std::any_of(genome.entries.begin(), genome.entries.end(),
                     [](const Genome::Entry& entry) { return is_setting(entry.gene); });
}

RunConfig candidate_config(const RunConfig& config, const Genome& genome) {
  auto own = config;
  for (const auto& entry : genome.entries)
    if (is_setting(entry.gene)) apply(own, entry);
  return own;
}

void check_settings(const RunConfig& config, const Space& space) {
  for (const auto& gene : space.genes()) {
    if (!is_setting(gene.name)) continue;
    for (const auto& value : tried(gene)) try {
        const auto own = candidate_config(config, {{{gene.name, value}}});
        check_evaluation_tables(own);
        check_cell_fits(own.hardware, own.chip);
      } catch (const ConfigError& error) {
        throw ConfigError("space: gene " + gene.name + ": " + to_string(value) + ": " + error.what());
      }
  }
}

}  // namespace mho
