// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/make_space.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.hpp"
#include "search/spaces/analognas.hpp"
#include "search/spaces/cell.hpp"
#include "search/spaces/mlp.hpp"
#include "search/spaces/mobile.hpp"
#include "search/spaces/own_space.hpp"
#include "search/spaces/sequence.hpp"

namespace mho {
namespace {

void add_range(std::vector<Gene>& genes, const std::string& name, const std::vector<double>& range,
               bool log) {
  if (range.empty()) return;
  if (range.size() != 2 || range[0] > range[1])
    throw ConfigError(
        fmt::format("space.{}: expected [smallest, largest] with smallest <= largest, got {}", name, range));
  genes.push_back(make_real(name, range[0], range[1], log));
}

void add_list(std::vector<Gene>& genes, const std::string& name, const std::vector<int>& values) {
  if (!values.empty()) genes.push_back(make_ordered(name, values_of(values)));
}

}  // namespace

SpaceParts make_space(const SpaceConfig& config) {
  switch (config.kind) {
    case SpaceType::mobile:
      return mobile_space(config.mobile);
    case SpaceType::mlp:
      return mlp_space(config.mlp);
    case SpaceType::cell:
      return cell_space(config.cell);
    case SpaceType::sequence:
      return sequence_space(config.sequence);
    case SpaceType::genes:
      return own_space(config.genes, config.network);
    default:
      return analognas_space(config);
  }
}

std::vector<Gene> setting_genes(const SpaceConfig& config) {
  std::vector<Gene> genes;
  add_range(genes, "training.learning_rate", config.training.learning_rate, true);
  add_range(genes, "training.weight_noise", config.training.weight_noise, false);
  add_range(genes, "training.clip_deviations", config.training.clip_deviations, false);
  add_list(genes, "hardware.adc_bits", config.hardware.adc_bits);
  add_list(genes, "hardware.dac_bits", config.hardware.dac_bits);
  add_list(genes, "hardware.crossbar_size", config.hardware.crossbar_size);
  add_list(genes, "hardware.devices_per_cell", config.hardware.devices_per_cell);
  if (const auto& objectives = config.hardware.mapping_objectives; !objectives.empty())
    genes.push_back(make_choice("chip.objective", values_of(words_for(objectives))));
  return genes;
}

}  // namespace mho
