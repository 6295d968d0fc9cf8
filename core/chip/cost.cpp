// SPDX-License-Identifier: Apache-2.0
#include "core/chip/cost.hpp"

#include <algorithm>
#include <map>

#include "core/chip/schedule.hpp"

namespace mho {
namespace {

/// Digital work of one layer without its partial sums.
std::int64_t digital_macs_of(const Architecture& architecture, const Node& node) {
  const std::int64_t outputs = node.shape.size();
  if (const auto* conv = std::get_if<Conv2d>(&node.layer))
    return (is_grouped(node) ? node.macs : 0) + (conv->bias ? outputs : 0);
  if (const auto* dense = std::get_if<Dense>(&node.layer)) return dense->bias ? outputs : 0;
  if (std::holds_alternative<BatchNorm>(node.layer)) return outputs;
  if (std::holds_alternative<Add>(node.layer))
    return (static_cast<std::int64_t>(node.inputs.size()) - 1) * outputs;
  if (std::holds_alternative<GlobalAveragePool>(node.layer))
    return architecture.nodes()[static_cast<size_t>(node.inputs.front())].shape.size();
  const auto* pool = std::get_if<Pool>(&node.layer);
  if (pool != nullptr && pool->kind == Pool::Kind::average)
    return outputs * pool->kernel_height * pool->kernel_width;
  return 0;
}

std::int64_t cells(const Block& block) { return std::int64_t{1} * block.extent.rows * block.extent.columns; }

/// What each core does for one image, in products.
std::map<int, std::int64_t> work_of_cores(const std::vector<Step>& steps) {
  std::map<int, std::int64_t> work;
  for (const Step& step : steps) work[step.core] += step.products;
  return work;
}

void count_crossbars(const ChipConfig& chip, const std::vector<Block>& blocks, const std::vector<Step>& steps,
                     Cost& cost) {
  std::int64_t latency = 0, busiest = 0, used_cells = 0, macs = 0;
  const auto work = work_of_cores(steps);
  cost.cores = static_cast<int>(work.size());
  for (const auto& [core, products] : work) busiest = std::max(busiest, products);
  for (const Step& step : steps) {
    cost.core_mvms += step.products;
    latency = std::max(latency, step.finish);
    const std::int64_t block_cells = cells(blocks[static_cast<size_t>(step.block)]);
    used_cells += block_cells;
    macs += step.products * block_cells;
  }
  if (steps.empty()) return;
  const double core_cells = 1.0 * chip.crossbar_rows * chip.crossbar_columns;
  cost.latency_s = static_cast<double>(latency) * chip.mvm_time_s;
  cost.throughput_hz = 1.0 / (static_cast<double>(busiest) * chip.mvm_time_s);
  cost.utilisation = static_cast<double>(used_cells) / (cost.cores * core_cells);
  cost.mac_utilisation = static_cast<double>(macs) / (static_cast<double>(cost.core_mvms) * core_cells);
  cost.effective_tops_per_watt = chip.peak_tops_per_watt * cost.mac_utilisation;
}

}  // namespace

std::int64_t count_digital_macs(const Architecture& architecture, const std::vector<Block>& blocks) {
  std::int64_t macs = 0;
  for (const Node& node : architecture.nodes()) macs += digital_macs_of(architecture, node);
  for (const Block& block : blocks)
    if (block.row_split > 0) macs += block.extent.columns * matrix_shape(architecture, block.node).products;
  return macs;
}

std::int64_t count_bit_hops(const std::vector<Link>& links) {
  std::int64_t bit_hops = 0;
  for (const Link& link : links) bit_hops += link.bits * link.hops;
  return bit_hops;
}

Cost count_cost(const Architecture& architecture, const ChipConfig& chip, const std::vector<Block>& blocks) {
  Cost cost;
  count_crossbars(chip, blocks, make_schedule(architecture, blocks), cost);
  const auto bit_hops = static_cast<double>(count_bit_hops(find_links(architecture, chip, blocks)));
  const double work_j =
      static_cast<double>(cost.core_mvms) * chip.mvm_energy_j +
      static_cast<double>(count_digital_macs(architecture, blocks)) * chip.digital_energy_j_per_mac;
  cost.energy_low_j = work_j + bit_hops * chip.link_energy_low_j_per_bit;
  cost.energy_high_j = work_j + bit_hops * chip.link_energy_high_j_per_bit;
  cost.energy_j = (cost.energy_low_j + cost.energy_high_j) / 2;
  return cost;
}

}  // namespace mho
