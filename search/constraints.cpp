// SPDX-License-Identifier: Apache-2.0
#include "search/constraints.hpp"

#include "core/chip/mapping/mapping.hpp"

namespace mho {
namespace {

/// Cores that the weights alone would fill: a network above the limit here need not be mapped to be refused,
/// and the largest of a space have millions of blocks.
std::int64_t least_cores(const Architecture& architecture, const ChipConfig& chip) {
  std::int64_t weights = 0;
  for (const auto& node : architecture.nodes())
    if (node.on_chip.place == OnChip::Place::crossbar) weights += node.weights;
  const std::int64_t cells = std::int64_t{1} * chip.crossbar_rows * chip.crossbar_columns;
  return (weights + cells - 1) / cells;
}

bool fits(const Architecture& architecture, const ChipConfig& chip, const MappingConfig& mapping, int limit) {
  if (least_cores(architecture, chip) > limit) return false;
  const auto result = map_onto_chip(architecture, chip, mapping);
  return result.mapping && result.mapping->cost.cores <= limit;
}

}  // namespace

int core_limit(const SearchConfig& search, const ChipConfig& chip) {
  return search.max_cores > 0 ? search.max_cores : chip.cores();
}

std::optional<Constraint> broken_constraint(const Architecture& architecture, const SearchConfig& search,
                                            const ChipConfig& chip, MappingConfig mapping) {
  if (search.max_parameters > 0 && architecture.parameters() > search.max_parameters)
    return Constraint::parameters;
  if (search.max_macs > 0 && architecture.macs() > search.max_macs) return Constraint::macs;
  mapping.objective = MappingObjective::cores;
  if (!fits(architecture, chip, mapping, core_limit(search, chip))) return Constraint::cores;
  return std::nullopt;
}

}  // namespace mho
