// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/crossbar_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/tile/faults.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr size_t block_devices = DeviceArray::block_devices;

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

CrossbarMatrix::CrossbarMatrix(ConductanceTargets targets, const HardwareConfig& hardware,
                               const DeviceModel& model, RandomKey key)
    : targets_(std::move(targets)), hardware_(hardware), model_(&model), compensation_(hardware) {
  check(targets_);
  auto faults = draw_faults(targets_, hardware.faults, model.range(), key.with("faults"));
  for (size_t p = 0; p < targets_.targets_us.size(); ++p) {
    planes_.push_back(model.make(targets_.cell.planes[p].label, targets_.targets_us[p].size(), key));
    planes_[p]->stick(std::move(faults[p]));
    planes_[p]->program(targets_.targets_us[p], hardware_.programming, key);
  }
  references_us_.resize(planes_.size());
  derive();
  take_baseline(key);
}

CrossbarMatrix::CrossbarMatrix(const CrossbarMatrix& other)
    : targets_(other.targets_),
      hardware_(other.hardware_),
      model_(other.model_),
      references_us_(other.references_us_),
      references_(other.references_),
      pulse_weights_(other.pulse_weights_),
      compensation_(other.compensation_) {
  for (const auto& plane : other.planes_) planes_.push_back(plane->clone());
}

void CrossbarMatrix::program(ConductanceTargets targets, RandomKey key) {
  check(targets);
  if (targets.rows != rows() || targets.columns != columns() || targets.targets_us.size() != planes_.size())
    throw MappingError(fmt::format(
        "programming: expected targets for {} x {} weights of {} devices, got {} x "
        "{} of {}",
        rows(), columns(), planes_.size(), targets.rows, targets.columns, targets.targets_us.size()));
  targets_ = std::move(targets);
  for (size_t p = 0; p < planes_.size(); ++p)
    planes_[p]->program(targets_.targets_us[p], hardware_.programming, key);
  derive();
  take_baseline(key);
}

void CrossbarMatrix::derive() {
  references_ = cell_references(targets_.cell, references_us_);
  pulse_weights_ = targets_.scales;
  const auto step = static_cast<float>(model_->pulse_step_us()) / targets_.cell.unit_us;
  for (float& weight : pulse_weights_) weight *= step * std::fabs(targets_.cell.planes[0].factor);
}

void CrossbarMatrix::take_baseline(RandomKey key) {
  ++revision_;
  if (compensation_.is_exact())
    compensation_.set_baseline(targets_, written_conductances(), key);
  else if (compensation_.is_on())
    compensation_.set_baseline(targets_, read_conductances(0.0, key.with("baseline read")),
                               key.with("baseline read-out"));
  read_outs_ += read_out_use();
}

TileUse CrossbarMatrix::read_out_use() const {
  TileUse use;
  if (!compensation_.is_on() || compensation_.is_exact()) return use;
  for (const auto& tile : targets_.tiles)
    use += {tile.rows, 0, tile.rows, std::int64_t{tile.rows} * tile.columns};
  return use;
}

void CrossbarMatrix::advance(double seconds) {
  ++revision_;
  for (const auto& plane : planes_) plane->advance(seconds);
}

void CrossbarMatrix::pulse(std::size_t plane, std::span<const DevicePulses> pulses, RandomKey key) {
  ++revision_;
  planes_.at(plane)->pulse(pulses, key.with("pulses " + planes_[plane]->label()));
}

void CrossbarMatrix::rewrite(std::size_t plane, std::span<const DeviceTarget> targets, RandomKey key) {
  ++revision_;
  planes_.at(plane)->rewrite(targets, hardware_.programming, key.with("rewrite"));
}

void CrossbarMatrix::move(std::span<const DevicePulses> pulses, RandomKey key) {
  if (planes_.size() == 1) return pulse(0, pulses, key);
  std::array<std::vector<DevicePulses>, 2> parts;  // more weight: plus up; less: minus up
  for (const auto& [weight, count] : pulses) parts[count < 0 ? 1 : 0].push_back({weight, std::abs(count)});
  pulse(0, parts[0], key);
  pulse(1, parts[1], key);
}

void CrossbarMatrix::update(const float* x, const float* d, double learning_rate, const UpdateConfig& config,
                            RandomKey key) {
  if (planes_.size() == 1 && model_->one_sided())
    throw ConfigError(
        fmt::format("updates of single devices: expected a device that takes pulses both ways, got {}; use "
                    "hardware.mapping = \"pairs\"",
                    hardware_.device));
  std::vector<DevicePulses> pulses;
  append_updates({x, d}, learning_rate, config, key, pulses);
  move(pulses, key);
}

void CrossbarMatrix::append_updates(const UpdateVectors& vectors, double learning_rate,
                                    const UpdateConfig& config, RandomKey key,
                                    std::vector<DevicePulses>& pulses) const {
  std::vector<float> errors;
  for (size_t t = 0; t < targets_.tiles.size(); ++t) {
    const auto& tile = targets_.tiles[t];
    const float* steps =
        pulse_weights_.data() + std::ptrdiff_t{targets_.row_split_of(tile.row)} * columns() + tile.column;
    errors.resize(static_cast<size_t>(vectors.count) * static_cast<size_t>(tile.columns));
    float* error = errors.data();
    for (int v = 0; v < vectors.count; ++v, error += tile.columns) {
      const float* d = vectors.d + std::ptrdiff_t{v} * columns() + tile.column;
      for (int c = 0; c < tile.columns; ++c)  // a column of scale 0 holds nothing and learns nothing
        error[c] = steps[c] > 0 ? d[c] * static_cast<float>(learning_rate) / steps[c] : 0.0f;
    }
    const auto first =
        static_cast<size_t>(tile.row) * static_cast<size_t>(columns()) + static_cast<size_t>(tile.column);
    append_pulses(
        {vectors.x + tile.row, errors.data(), vectors.count, rows(), tile.rows, tile.columns, first,
         static_cast<size_t>(columns())},
        config,
        [&](int v) {
          return key.with("vector", vectors.first + static_cast<std::uint64_t>(v)).with("tile", t);
        },
        pulses);
  }
}

std::vector<float> CrossbarMatrix::find_symmetry_point(std::size_t plane, int pulses, RandomKey key) {
  std::vector<DevicePulses> all(planes_.at(plane)->size());
  for (size_t i = 0; i < all.size(); ++i) all[i].device = static_cast<std::uint32_t>(i);
  std::vector<float> before = written_us(plane);
  for (int i = 0; i < pulses; ++i) {
    for (auto& p : all) p.count = i % 2 == 0 ? 1 : -1;
    if (i + 1 == pulses) before = written_us(plane);
    pulse(plane, all, key.with("symmetry point", static_cast<std::uint64_t>(i)));
  }
  for (size_t i = 0; i < before.size(); ++i) before[i] = (before[i] + written_us(plane)[i]) / 2;
  return before;
}

void CrossbarMatrix::set_reference(std::size_t plane, std::vector<float> reference_us) {
  if (reference_us.size() != planes_.at(plane)->size())
    throw MappingError(fmt::format("reference: expected {} conductances, got {}", planes_[plane]->size(),
                                   reference_us.size()));
  references_us_[plane] = std::move(reference_us);
  derive();
  ++revision_;
}

std::vector<float> CrossbarMatrix::sum(const WriteBlock& write) const {
  const auto& wires = hardware_.wires;
  if (wires.ir_drop == IrDrop::ladder && wires.wire_resistance_ohm > 0)
    return sum_cells_on_wires(targets_, wires.wire_resistance_ohm, write);
  std::vector<float> sums(static_cast<size_t>(targets_.rows) * static_cast<size_t>(targets_.columns));
  sum_cells(targets_.cell, write, sums);
  return sums;
}

std::vector<float> CrossbarMatrix::read_conductances(double ahead_s, RandomKey key) const {
  return sum([&](size_t plane, size_t block, std::span<float> conductances_us) {
    planes_[plane]->read(block, ahead_s, key, conductances_us);
  });
}

std::vector<float> CrossbarMatrix::written_conductances() const {
  return sum([&](size_t plane, size_t block, std::span<float> conductances_us) {
    std::copy_n(written_us(plane).begin() + static_cast<std::ptrdiff_t>(block * block_devices),
                conductances_us.size(), conductances_us.begin());
  });
}

MatrixRead CrossbarMatrix::read(double ahead_s, RandomKey key) const {
  auto conductances = read_conductances(ahead_s, key);
  const auto factors = compensation_.factors(targets_, conductances, key.with("read-out"));
  return compensate(std::move(conductances), factors);
}

MatrixRead CrossbarMatrix::read_uncompensated(double ahead_s, RandomKey key) const {
  return compensate(read_conductances(ahead_s, key), std::vector<float>(targets_.scales.size(), 1.0f));
}

float CrossbarMatrix::written_conductance(std::size_t weight) const {
  float sum = targets_.cell.planes[0].factor * written_us(0)[weight];
  for (size_t p = 1; p < planes_.size(); ++p) sum += targets_.cell.planes[p].factor * written_us(p)[weight];
  return sum / targets_.cell.unit_us - reference_of(weight);
}

void CrossbarMatrix::written_conductances(std::span<const DevicePulses> moved,
                                          std::vector<float>& conductances) const {
  conductances.resize(moved.size());
  if (planes_.size() > 1 || references_.size() > 1) {
    for (size_t i = 0; i < moved.size(); ++i) conductances[i] = written_conductance(moved[i].device);
    return;
  }
  const float factor = targets_.cell.planes[0].factor, unit_us = targets_.cell.unit_us;
  const float* us = written_us(0).data();
  for (size_t i = 0; i < moved.size(); ++i)
    conductances[i] = factor * us[moved[i].device] / unit_us - references_[0];
}

MatrixRead CrossbarMatrix::compensate(std::vector<float> conductances,
                                      const std::vector<float>& factors) const {
  MatrixRead result{std::move(conductances), targets_.scales};
  if (references_.size() == 1 && references_[0] == 0) {
    for (size_t i = 0; i < factors.size(); ++i) result.output_scales[i] *= factors[i];
    return result;
  }
  for (size_t i = 0; i < result.conductances.size(); ++i) {
    float& g = result.conductances[i];
    g = factors[scale_of(i)] * g - reference_of(i);
  }
  return result;
}

void CrossbarMatrix::read_row(int row, RandomKey key, std::span<float> weights) const {
  const auto width = static_cast<size_t>(columns()), first = static_cast<size_t>(row) * width;
  sum_cells(
      targets_.cell,
      [&](size_t plane, size_t block, std::span<float> conductances_us) {
        planes_[plane]->read_some(first + block * block_devices, 0, key.with(planes_[plane]->label(), block),
                                  conductances_us);
      },
      weights);
  const float* scales = targets_.scales.data() + static_cast<size_t>(targets_.row_split_of(row)) * width;
  for (size_t i = 0; i < width; ++i) weights[i] = (weights[i] - reference_of(first + i)) * scales[i];
}

FrozenMatrix CrossbarMatrix::freeze(double ahead_s, const std::vector<float>& input_ranges, RandomKey key,
                                    RandomKey chip) const {
  return FrozenMatrix(read(ahead_s, key), rows(), columns(), hardware_, input_ranges, chip);
}

std::vector<float> CrossbarMatrix::weights() const {
  auto weights = written_conductances();
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = (weights[i] - reference_of(i)) * targets_.scales[scale_of(i)];
  return weights;
}

std::size_t CrossbarMatrix::scale_of(std::size_t weight) const {
  const auto width = static_cast<size_t>(columns());
  const auto split = static_cast<size_t>(targets_.row_split_of(static_cast<int>(weight / width)));
  return split * width + weight % width;
}

DeviceCounters CrossbarMatrix::counters() const {
  DeviceCounters sum;
  for (const auto& plane : planes_) {
    sum.programmed += plane->counters().programmed;
    sum.pulses += plane->counters().pulses;
    sum.events += plane->counters().events;
  }
  return sum;
}

std::vector<SavedPlane> CrossbarMatrix::saved_planes() const {
  std::vector<SavedPlane> saved;
  for (const auto& plane : planes_) saved.push_back({plane->label(), plane->size()});
  return saved;
}

void CrossbarMatrix::save(const std::string& prefix, std::map<std::string, NamedTensor>& tensors) const {
  save_snapshot({targets_.scales, compensation_.baseline(), targets_.targets_us, references_us_},
                saved_planes(), prefix, tensors);
  for (const auto& plane : planes_) plane->save(prefix + plane->label() + ".", tensors);
}

void CrossbarMatrix::load(const std::string& prefix, const std::map<std::string, NamedTensor>& tensors) {
  auto snapshot = load_snapshot(targets_.scales.size(), saved_planes(), prefix, tensors);
  targets_.scales = std::move(snapshot.scales);
  targets_.targets_us = std::move(snapshot.targets_us);
  references_us_ = std::move(snapshot.references_us);
  compensation_.restore_baseline(std::move(snapshot.baseline));
  for (const auto& plane : planes_) plane->load(prefix + plane->label() + ".", tensors);
  derive();
  ++revision_;
}

}  // namespace mho
