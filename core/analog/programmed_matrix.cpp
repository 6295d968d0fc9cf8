// SPDX-License-Identifier: Apache-2.0
#include "core/analog/programmed_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/analog/resistive_ladder.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr size_t block_devices = ProgrammedPlane::block_devices;

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

/// What is subtracted in digital, over the cell's unit.
float reference_of(const WeightCell& cell) {
  float sum = 0;
  for (const auto& plane : cell.planes) sum += plane.factor * plane.reference_us;
  return sum / cell.unit_us;
}

void check(const ConductanceTargets& targets) {
  const auto weights = static_cast<size_t>(targets.rows) * static_cast<size_t>(targets.columns);
  const auto scales = static_cast<size_t>(targets.row_splits) * static_cast<size_t>(targets.columns);
  if (targets.scales.size() != scales || targets.targets_us.size() != targets.cell.planes.size())
    throw MappingError(fmt::format("programming: expected {} scales and {} planes, got {} and {}", scales,
                                   targets.cell.planes.size(), targets.scales.size(),
                                   targets.targets_us.size()));
  for (size_t p = 0; p < targets.targets_us.size(); ++p)
    if (targets.targets_us[p].size() != weights)
      throw MappingError(fmt::format("programming: expected {} targets of plane '{}', got {}", weights,
                                     targets.cell.planes[p].label, targets.targets_us[p].size()));
}

}  // namespace

ProgrammedMatrix::ProgrammedMatrix(ConductanceTargets targets, const HardwareConfig& hardware,
                                   const DeviceModel& model, RandomKey key)
    : targets_(std::move(targets)),
      compensation_(hardware),
      wire_resistance_ohm_(hardware.wires.ir_drop == "ladder" ? hardware.wires.wire_resistance_ohm : 0) {
  check(targets_);
  auto faults = draw_faults(targets_, hardware.faults, model.range(), key.with("faults"));
  for (size_t p = 0; p < targets_.targets_us.size(); ++p)
    planes_.emplace_back(targets_.cell.planes[p].label, targets_.targets_us[p], std::move(faults[p]),
                         hardware.programming, model, key);
  if (compensation_.is_exact())
    compensation_.set_baseline(targets_, programmed_conductances(), key);
  else if (compensation_.is_on())
    compensation_.set_baseline(targets_, read_conductances(0.0, key.with("baseline read")),
                               key.with("baseline read-out"));
}

template <class Write>
std::vector<float> ProgrammedMatrix::normalise(const Write& write) const {
  std::vector<float> sum(static_cast<size_t>(targets_.rows) * static_cast<size_t>(targets_.columns));
  if (wire_resistance_ohm_ > 0) {
    std::vector<float> conductances_us(sum.size());
    for (size_t p = 0; p < planes_.size(); ++p) {
      for_each_block(conductances_us, [&](size_t block, std::span<float> part) { write(p, block, part); });
      fold_in_wires(conductances_us);
      accumulate(targets_.cell.planes[p], conductances_us, sum);
    }
    divide(sum, targets_.cell.unit_us);
    return sum;
  }
  std::array<float, block_devices> buffer;
  for_each_block(sum,
                 [&](size_t block, std::span<float> part) {  // all planes while the block is in the cache
                   write(0, block, part);
                   weigh(targets_.cell.planes[0], part);
                   for (size_t p = 1; p < planes_.size(); ++p) {
                     const auto conductances_us = std::span(buffer).first(part.size());
                     write(p, block, conductances_us);
                     accumulate(targets_.cell.planes[p], conductances_us, part);
                   }
                   divide(part, targets_.cell.unit_us);
                 });
  return sum;
}

void ProgrammedMatrix::fold_in_wires(std::vector<float>& conductances_us) const {
  for (const auto& tile : targets_.tiles)
    fold_in_wire_resistance(
        conductances_us.data() + std::ptrdiff_t{tile.row} * targets_.columns + tile.column, tile.rows,
        tile.columns, targets_.columns, wire_resistance_ohm_);
}

std::vector<float> ProgrammedMatrix::read_conductances(double time_s, RandomKey key) const {
  return normalise([&](size_t plane, size_t block, std::span<float> conductances_us) {
    planes_[plane].read(block, time_s, key, conductances_us);
  });
}

std::vector<float> ProgrammedMatrix::programmed_conductances() const {
  return normalise([&](size_t plane, size_t block, std::span<float> conductances_us) {
    const auto& programmed_us = planes_[plane].programmed_us();
    std::copy_n(programmed_us.begin() + static_cast<std::ptrdiff_t>(block * block_devices),
                conductances_us.size(), conductances_us.begin());
  });
}

MatrixRead ProgrammedMatrix::read(double time_s, RandomKey key) const {
  MatrixRead result{read_conductances(time_s, key), targets_.scales};
  const auto factors = compensation_.factors(targets_, result.conductances, key.with("read-out"));
  const float reference = reference_of(targets_.cell);
  if (reference == 0) {
    for (size_t i = 0; i < factors.size(); ++i) result.output_scales[i] *= factors[i];
    return result;
  }
  const auto columns = static_cast<size_t>(targets_.columns);
  for (size_t i = 0; i < result.conductances.size(); ++i) {
    const auto split = static_cast<size_t>(targets_.row_split_of(static_cast<int>(i / columns)));
    float& g = result.conductances[i];
    g = factors[split * columns + i % columns] * g - reference;
  }
  return result;
}

}  // namespace mho
