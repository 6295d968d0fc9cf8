// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/chip/mapping/cost.hpp"
#include "core/chip/mapping/placement.hpp"
#include "core/chip/mapping/replication.hpp"
#include "core/chip/mapping/tiling.hpp"

namespace mho {
namespace {

// Of the exact placement: a fraction of a second on 64 cores. Beyond a dozen cores it never ends in time.
constexpr std::int64_t most_branches = 50'000;
constexpr int most_placed_exactly = 12;
constexpr int most_cores_annealed = 4096;         // the annealing has a table of hops between all cores
constexpr size_t most_blocks_tried_again = 4096;  // for what would make a network fit

PackedBlocks pack_once(std::vector<Block> blocks, const ChipConfig& chip, PackingMode mode) {
  const auto packing =
      pack_rectangles(rectangles_of(blocks), chip.crossbar_columns, chip.crossbar_rows, chip.cores(), mode);
  put_into_bins(packing, blocks);
  return {std::move(blocks), packing.bins};
}

/// Packed as the objective wants it. Replication never needs more cores than there are; one copy may.
PackedBlocks pack(const std::vector<Block>& blocks, const ChipConfig& chip, const MappingConfig& config,
                  MappingMode mapping_mode) {
  const PackingMode mode = config.packing;
  std::optional<PackedBlocks> packed;
  if (config.objective == MappingObjective::throughput)
    packed = balance_pipeline(blocks, chip, mode, mapping_mode == MappingMode::full);
  if (config.objective == MappingObjective::energy) packed = fold_small_layers(blocks, chip, mode);
  return packed ? std::move(*packed) : pack_once(blocks, chip, mode);
}

void move_to(const Sites& sites, std::vector<Block>& blocks) {
  for (Block& block : blocks) block.core = sites[static_cast<size_t>(block.core)];
}

/// Finds cores for the bins; true when no placement has fewer bit-hops.
bool place(const Architecture& architecture, const ChipConfig& chip, const MappingConfig& config,
           MappingMode mode, PackedBlocks& packed) {
  Sites sites = zig_zag_sites(chip, packed.bins);
  bool optimal = false;
  if (mode == MappingMode::full && chip.cores() <= most_cores_annealed) {
    const LinkGraph graph(chip);
    const Traffic traffic(find_links(architecture, chip, packed.blocks), packed.bins);
    sites = annealed_sites(traffic, graph, chip, sites, config.seed, config.placement_moves);
    const auto best = packed.bins <= most_placed_exactly
                          ? optimal_sites(traffic, graph, chip, sites, most_branches)
                          : std::nullopt;
    if (best) sites = *best;
    optimal = best.has_value();
  }
  move_to(sites, packed.blocks);
  return optimal;
}

/// Cores that the network needs under another configuration.
int cores_with(const Architecture& architecture, const ChipConfig& chip, const MappingConfig& config) {
  return pack_once(cut_into_blocks(architecture, chip, config), chip, config.packing).bins;
}

/// Changes that would save cores, each with the cores that it would need.
std::string remedies(const Architecture& architecture, const ChipConfig& chip, const MappingConfig& config,
                     const PackedBlocks& packed) {
  std::string text = fmt::format("what would make it fit: a chip of at least {} such cores", packed.bins);
  if (packed.blocks.size() > most_blocks_tried_again) return text;
  const auto offer = [&](const char* what, const ChipConfig& other_chip, const MappingConfig& other) {
    const int cores = cores_with(architecture, other_chip, other);
    if (cores < packed.bins)
      text += fmt::format("; {} ({} cores{})", what, cores, cores > chip.cores() ? ", not enough alone" : "");
  };
  MappingConfig other = config;
  other.packing = PackingMode::time_shared;
  if (config.packing != other.packing) offer("packing = \"time_shared\"", chip, other);
  other = config;
  other.row_split = RowSplit::dense;
  if (config.row_split != other.row_split) offer("row_split = \"dense\"", chip, other);
  other = config;
  other.depthwise = DepthwisePlace::digital;
  if (config.depthwise != other.depthwise) offer("depthwise = \"digital\"", chip, other);
  ChipConfig larger = chip;
  larger.crossbar_rows *= 2;
  larger.crossbar_columns *= 2;
  offer("crossbars of twice the rows and columns", larger, config);
  return text;
}

std::string why_infeasible(const Architecture& architecture, const ChipConfig& chip,
                           const MappingConfig& config, const PackedBlocks& packed) {
  const auto first = std::find_if(packed.blocks.begin(), packed.blocks.end(),
                                  [&](const Block& block) { return block.core >= chip.cores(); });
  const Node& node = architecture.nodes()[static_cast<size_t>(first->node)];
  return fmt::format(
      "{} does not fit {}: layer '{}' is the first without a core; {} cores needed, {} available, {} short; "
      "{}",
      architecture.name(), chip.name, node.name, packed.bins, chip.cores(), packed.bins - chip.cores(),
      remedies(architecture, chip, config, packed));
}

}  // namespace

std::string to_string(MappingMode mode) { return mode == MappingMode::fast ? "fast" : "full"; }

MappingResult map_onto_chip(const Architecture& architecture, const ChipConfig& chip,
                            const MappingConfig& config, MappingMode mode) {
  PackedBlocks packed = pack(cut_into_blocks(architecture, chip, config), chip, config, mode);
  MappingResult result;
  result.cores_needed = packed.bins;
  if (packed.bins > chip.cores()) {
    result.reason = why_infeasible(architecture, chip, config, packed);
    return result;
  }
  const bool optimal = place(architecture, chip, config, mode, packed);
  Cost cost = count_cost(architecture, chip, packed.blocks, config.packing == PackingMode::disjoint);
  cost.mapping = mode;
  result.mapping = Mapping{std::move(packed.blocks), cost, config, optimal};
  return result;
}

}  // namespace mho
