// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/mapping_study.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/chip/mapping/placement.hpp"
#include "core/chip/mapping/replication.hpp"
#include "core/chip/mapping/tiling.hpp"

namespace mho {
namespace {

/// The blocks with their cores numbered in the order in which the network first uses them.
std::vector<Block> in_bins(std::vector<Block> blocks) {
  std::map<int, int> bins;
  for (Block& block : blocks)
    block.core = bins.try_emplace(block.core, static_cast<int>(bins.size())).first->second;
  return blocks;
}

std::optional<Mapping> mapped_for(MappingObjective objective, const Architecture& architecture,
                                  const ChipConfig& chip, MappingConfig config, std::string& reason) {
  config.objective = objective;
  auto result = map_onto_chip(architecture, chip, config, MappingMode::full);
  reason = result.reason;
  return std::move(result.mapping);
}

}  // namespace

PlacementStudy study_placement(const Architecture& architecture, const ChipConfig& chip,
                               const Mapping& mapping) {
  constexpr std::uint64_t samples = 20;
  const LinkGraph graph(chip);
  const int bins = mapping.cost.cores;
  const Traffic traffic(find_links(architecture, chip, in_bins(mapping.blocks)), bins);
  Sites raster(static_cast<size_t>(bins));
  std::iota(raster.begin(), raster.end(), 0);
  PlacementStudy study;
  study.placed = mapping.cost.bit_hops;
  study.zig_zag = bit_hops(traffic, graph, zig_zag_sites(chip, bins));
  study.raster = bit_hops(traffic, graph, raster);
  for (std::uint64_t seed = 0; seed < samples; ++seed)
    study.random +=
        bit_hops(traffic, graph, random_sites(chip, bins, seed)) / static_cast<std::int64_t>(samples);
  study.optimal = mapping.placement_is_optimal;
  return study;
}

MappingStudy study_mapping(const Architecture& architecture, const ChipConfig& chip,
                           const MappingConfig& config) {
  MappingStudy study;
  study.name = architecture.name();
  const auto blocks = cut_into_blocks(architecture, chip, config);
  std::int64_t products = 0;
  for (const Block& block : blocks) {
    study.weights += block.weights;
    products += block.products;
    study.naive_interval = std::max(study.naive_interval, block.products);
  }
  study.naive_cores = std::ssize(blocks);
  study.area_bound = packing_bound(rectangles_of(blocks), chip.crossbar_columns, chip.crossbar_rows);
  study.ideal_interval = (products + chip.cores() - 1) / chip.cores();
  std::string ignored;
  study.packed = mapped_for(MappingObjective::cores, architecture, chip, config, study.reason);
  study.balanced = mapped_for(MappingObjective::throughput, architecture, chip, config, ignored);
  study.folded = mapped_for(MappingObjective::energy, architecture, chip, config, ignored);
  if (study.packed) study.packed_placement = study_placement(architecture, chip, *study.packed);
  if (study.balanced) study.balanced_placement = study_placement(architecture, chip, *study.balanced);
  return study;
}

}  // namespace mho
