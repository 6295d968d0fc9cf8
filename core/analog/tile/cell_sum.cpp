// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/cell_sum.hpp"

#include <algorithm>
#include <array>

#include "core/analog/devices/device_array.hpp"
#include "core/analog/tile/resistive_ladder.hpp"

namespace mho {
namespace {

constexpr size_t block_devices = DeviceArray::block_devices;

/// Calls body(block number, its part of values) for every block.
template <class Body>
void for_each_block(std::span<float> values, const Body& body) {
  for (size_t first = 0, block = 0; first < values.size(); first += block_devices, ++block)
    body(block, values.subspan(first, std::min(block_devices, values.size() - first)));
}

/// Conductances (µS) of one plane, in place, to what they count for.
void weigh(const DevicePlane& plane, std::span<float> values) {
  if (plane.factor == 1) return;
  for (auto& value : values) value *= plane.factor;
}

void accumulate(const DevicePlane& plane, std::span<const float> conductances_us, std::span<float> sum) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += plane.factor * conductances_us[i];
}

void divide(std::span<float> values, float unit_us) {
  for (auto& value : values) value /= unit_us;
}

}  // namespace

void sum_cells(const WeightCell& cell, const WriteBlock& write, std::span<float> sums) {
  std::array<float, block_devices> buffer;
  for_each_block(sums,
                 [&](size_t block, std::span<float> part) {  // all planes while the block is in the cache
                   write(0, block, part);
                   weigh(cell.planes[0], part);
                   for (size_t p = 1; p < cell.planes.size(); ++p) {
                     const auto conductances_us = std::span(buffer).first(part.size());
                     write(p, block, conductances_us);
                     accumulate(cell.planes[p], conductances_us, part);
                   }
                   divide(part, cell.unit_us);
                 });
}

std::vector<float> sum_cells_on_wires(const ConductanceTargets& targets, double wire_resistance_ohm,
                                      const WriteBlock& write) {
  std::vector<float> sums(static_cast<size_t>(targets.rows) * static_cast<size_t>(targets.columns));
  std::vector<float> conductances_us(sums.size());
  for (size_t p = 0; p < targets.cell.planes.size(); ++p) {
    for_each_block(conductances_us, [&](size_t block, std::span<float> part) { write(p, block, part); });
    for (const auto& tile : targets.tiles)  // each tile's columns have wires of their own
      fold_in_wire_resistance(
          conductances_us.data() + std::ptrdiff_t{tile.row} * targets.columns + tile.column, tile.rows,
          tile.columns, targets.columns, wire_resistance_ohm);
    accumulate(targets.cell.planes[p], conductances_us, sums);
  }
  divide(sums, targets.cell.unit_us);
  return sums;
}

std::vector<float> cell_references(const WeightCell& cell,
                                   const std::vector<std::vector<float>>& references_us) {
  size_t weights = 1;
  for (const auto& own : references_us) weights = std::max(weights, own.size());
  std::vector<float> sums(weights, 0.0f);
  for (size_t p = 0; p < cell.planes.size(); ++p) {
    const auto& plane = cell.planes[p];
    const auto& own = references_us[p];
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] += plane.factor * (own.empty() ? plane.reference_us : own[i]);
  }
  divide(sums, cell.unit_us);
  return sums;
}

}  // namespace mho
