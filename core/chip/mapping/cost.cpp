// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/cost.hpp"

#include <algorithm>
#include <set>

namespace mho {
namespace {

/// Digital work of one layer without its partial sums.
std::int64_t digital_macs_of(const Node& node, bool on_crossbars) {
  return (on_crossbars ? 0 : node.macs) + node.on_chip.work * node.shape.size();
}

void count_crossbars(const ChipConfig& chip, const std::vector<Block>& blocks, const Schedule& alone,
                     const Schedule& pipeline, Cost& cost) {
  std::int64_t weights = 0, macs = 0;
  std::set<int> cores;
  for (const Block& block : blocks) {
    cores.insert(block.core);
    weights += block.weights;
    macs += block.products * block.weights;
  }
  cost.cores = static_cast<int>(cores.size());
  cost.interval = pipeline.interval;
  cost.fill = pipeline.fill;
  if (blocks.empty()) return;
  const double core_cells = 1.0 * chip.crossbar_rows * chip.crossbar_columns;
  cost.core_mvms = count_core_mvms(pipeline);
  cost.latency_s = static_cast<double>(alone.fill) * chip.product_time_s();
  cost.throughput_hz = 1.0 / (static_cast<double>(pipeline.interval) * chip.product_time_s());
  cost.utilisation = static_cast<double>(weights) / (cost.cores * core_cells);
  cost.mac_utilisation = static_cast<double>(macs) / (static_cast<double>(cost.core_mvms) * core_cells);
  cost.effective_tops_per_watt = chip.peak_efficiency() * cost.mac_utilisation;
}

}  // namespace

double waiting_energy_j(const ChipConfig& chip, const Cost& cost, double off_chip_j_per_bit) {
  const double capacity = chip.buffer_kib * 8 * 1024;
  const auto held = static_cast<double>(cost.buffered_bits);
  const double inside = held > capacity ? capacity / held : 1.0;
  return static_cast<double>(cost.buffer_bits) *
         (inside * chip.buffer_energy_j_per_bit + (1 - inside) * off_chip_j_per_bit);
}

namespace {

/// By node, the layers on crossbars that read it and the elementwise ones (additions) of which it is not the
/// latest input.
std::vector<std::vector<size_t>> find_readers(const Architecture& architecture,
                                              const std::vector<Block>& blocks) {
  const auto& nodes = architecture.nodes();
  std::vector<std::vector<size_t>> readers(nodes.size());
  std::set<int> on_crossbars;
  for (const Block& block : blocks) on_crossbars.insert(block.node);
  for (const int node : on_crossbars)
    readers[static_cast<size_t>(nodes[static_cast<size_t>(node)].inputs.front())].push_back(
        static_cast<size_t>(node));
  for (size_t node = 0; node < nodes.size(); ++node) {
    if (nodes[node].on_chip.place != OnChip::Place::elementwise) continue;
    const int latest = *std::max_element(nodes[node].inputs.begin(), nodes[node].inputs.end());
    for (const int input : nodes[node].inputs)
      if (input != latest) readers[static_cast<size_t>(input)].push_back(node);
  }
  return readers;
}

}  // namespace

std::int64_t count_digital_macs(const Architecture& architecture, const std::vector<Block>& blocks) {
  std::vector<bool> on_crossbars(architecture.nodes().size(), false);
  std::int64_t macs = 0;
  for (const Block& block : blocks) {
    on_crossbars[static_cast<size_t>(block.node)] = true;
    if (block.row_split > 0) macs += block.extent.columns * block.products;
  }
  for (size_t node = 0; node < on_crossbars.size(); ++node)
    macs += digital_macs_of(architecture.nodes()[node], on_crossbars[node]);
  return macs;
}

std::int64_t count_bit_hops(const std::vector<Link>& links) {
  std::int64_t bit_hops = 0;
  for (const Link& link : links) bit_hops += link.bits * link.hops;
  return bit_hops;
}

Waiting count_waiting(const Architecture& architecture, const ChipConfig& chip,
                      const std::vector<Block>& blocks, const Schedule& pipeline) {
  const auto& nodes = architecture.nodes();
  const std::int64_t interval = std::max<std::int64_t>(pipeline.interval, 1);
  const auto readers = find_readers(architecture, blocks);
  Waiting waiting;
  for (size_t source = 1; source < nodes.size(); ++source) {
    if (readers[source].empty()) continue;
    std::int64_t last_read = 0;
    for (const size_t reader : readers[source]) last_read = std::max(last_read, pipeline.done[reader]);
    const std::int64_t bits = nodes[source].shape.size() * chip.activation_bits;
    const std::int64_t ticks = last_read - pipeline.begun[source];
    waiting.traffic_bits += bits * (1 + std::ssize(readers[source]));
    waiting.held_bits += bits * std::max<std::int64_t>(1, (ticks + interval - 1) / interval);
  }
  return waiting;
}

void count_energy(const ChipConfig& chip, Cost& cost) {
  const double work_j = static_cast<double>(cost.core_mvms) * chip.product_energy_j() +
                        static_cast<double>(cost.digital_macs) * chip.digital_energy_j_per_mac;
  const auto bit_hops = static_cast<double>(cost.bit_hops);
  cost.energy_low_j = work_j + bit_hops * chip.link_energy_low_j_per_bit +
                      waiting_energy_j(chip, cost, chip.off_chip_energy_low_j_per_bit);
  cost.energy_high_j = work_j + bit_hops * chip.link_energy_high_j_per_bit +
                       waiting_energy_j(chip, cost, chip.off_chip_energy_high_j_per_bit);
  cost.energy_j = (cost.energy_low_j + cost.energy_high_j) / 2;
}

Cost count_cost(const Architecture& architecture, const ChipConfig& chip, const std::vector<Block>& blocks,
                bool at_once) {
  const Schedule pipeline = make_schedule(architecture, blocks, Images::pipelined, at_once);
  const Waiting waiting = count_waiting(architecture, chip, blocks, pipeline);
  Cost cost;
  count_crossbars(chip, blocks, make_schedule(architecture, blocks, Images::one, at_once), pipeline, cost);
  cost.digital_macs = count_digital_macs(architecture, blocks);
  cost.bit_hops = count_bit_hops(find_links(architecture, chip, blocks));
  cost.buffered_bits = waiting.held_bits;
  cost.buffer_bits = waiting.traffic_bits;
  count_energy(chip, cost);
  return cost;
}

}  // namespace mho
