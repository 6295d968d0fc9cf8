// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/layer_targets.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "core/base/error.hpp"
#include "core/chip/mapping/tiling.hpp"

namespace mho {
namespace {

void check_values(const Node& node, const char* what, std::span<const float> values, std::int64_t expected) {
  if (static_cast<std::int64_t>(values.size()) != expected)
    throw MappingError(fmt::format("layer '{}': expected {} numbers in {}, got {}", node.name, expected, what,
                                   values.size()));
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  if (bad != values.end())
    throw MappingError(fmt::format("layer '{}': expected finite numbers, got {} at {}[{}]", node.name, *bad,
                                   what, bad - values.begin()));
}

bool has_tensor(const Node& node, FloatBuffer LayerParameters::*values) {
  return std::any_of(node.tensors.begin(), node.tensors.end(),
                     [&](const ChannelTensor& tensor) { return tensor.values == values; });
}

void check_layer(const Node& node, const LayerParameters& layer) {
  check_values(node, "weight", layer.weight, node.weights);
  for (const ChannelTensor& tensor : LayerParameters::channel_tensors())
    check_values(node, tensor.name, layer.*tensor.values,
                 has_tensor(node, tensor.values) ? tensor_numbers(node.matrix, node.shape) : 0);
  check_values(node, "input_range", {&layer.input_range, 1}, 1);
  check_values(node, "column_scales", layer.column_scales, std::ssize(layer.column_scales));
}

void check_all(const Architecture& architecture, const Parameters& parameters, const HardwareConfig& hardware,
               const ChipConfig& chip) {
  if (hardware.crossbar_rows != chip.crossbar_rows || hardware.crossbar_columns != chip.crossbar_columns)
    throw MappingError(fmt::format("[hardware] and chip '{}' differ: expected crossbars of {}x{}, got {}x{}",
                                   chip.name, chip.crossbar_rows, chip.crossbar_columns,
                                   hardware.crossbar_rows, hardware.crossbar_columns));
  check_cell_fits(hardware, chip);
  if (parameters.size() != architecture.nodes().size())
    throw MappingError(fmt::format("{}: expected parameters of {} layers, got {}", architecture.name(),
                                   architecture.nodes().size(), parameters.size()));
  for (size_t node = 0; node < parameters.size(); ++node)
    check_layer(architecture.nodes()[node], parameters[node]);
}

}  // namespace

void check_cell_fits(const HardwareConfig& hardware, const ChipConfig& chip) {
  constexpr size_t pairs_of_cell = devices_of_cell / 2;
  if (hardware.cell.kind != CellKind::pairs)
    throw MappingError(
        fmt::format("hardware.mapping = '{}': expected 'pairs', as the cells of chip '{}' subtract, got one "
                    "device a weight",
                    word_of(hardware.cell.kind), chip.name));
  if (hardware.cell.pair_significances.size() > pairs_of_cell)
    throw MappingError(
        fmt::format("hardware.pair_significances: expected at most the {} pairs of a cell of chip "
                    "'{}', got {}",
                    pairs_of_cell, chip.name, hardware.cell.pair_significances.size()));
}

size_t device_of(const DevicePlane& plane) {
  return static_cast<size_t>((plane.factor > 0 ? g1_plus : g1_minus) + plane.pair);
}

LayerTargets find_layer_targets(const Architecture& architecture, const Parameters& parameters,
                                const HardwareConfig& hardware, const ChipConfig& chip) {
  check_all(architecture, parameters, hardware, chip);
  LayerTargets targets;
  for (int node = 0; node < static_cast<int>(parameters.size()); ++node) {
    if (!is_on_crossbars(architecture, node)) continue;
    const int columns = matrix_shape(architecture, node).columns;
    const RowCut cut = row_cut_of(architecture, node, hardware.row_split, hardware.crossbar_rows);
    const LayerParameters& layer = parameters[static_cast<size_t>(node)];
    if (!(layer.input_range > 0))
      throw MappingError(
          fmt::format("layer '{}': expected an input range above 0, got {}: calibrate it, mho evaluate "
                      "WINNER CONFIG --out DIR",
                      architecture.nodes()[static_cast<size_t>(node)].name, layer.input_range));
    targets.emplace(node, map_to_conductances(to_crossbar_rows(layer.weight, columns, cut), cut.rows, columns,
                                              as_cut(hardware, cut), layer.column_scales));
    if (!layer.split_ranges.empty())
      check_values(architecture.nodes()[static_cast<size_t>(node)], "split_ranges", layer.split_ranges,
                   targets.at(node).row_splits);
  }
  return targets;
}

void check_targets_fit(const ChipConfig& chip) {
  constexpr double gib = 1024.0 * 1024 * 1024;
  const double cells = 1.0 * chip.cores() * chip.crossbar_rows * chip.crossbar_columns;
  const double bytes = cells * devices_of_cell * sizeof(float);
  const double memory =
      1.0 * static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const double most = std::min(3.99 * gib, memory / 3);
  if (bytes > most)
    throw ConfigError(
        fmt::format("chip.grid_rows x grid_columns x crossbar_rows x crossbar_columns of '{}': expected "
                    "at most {:.2f} GiB of conductance targets, as an export can hold here, got {:.2f} "
                    "GiB ({} x {} cores of {} x {} cells)",
                    chip.name, most / gib, bytes / gib, chip.grid_rows, chip.grid_columns, chip.crossbar_rows,
                    chip.crossbar_columns));
}

CoreTargets lay_out_targets(const LayerTargets& targets, const std::vector<Block>& blocks,
                            const ChipConfig& chip) {
  const size_t columns = static_cast<size_t>(chip.crossbar_columns);
  const size_t cells = static_cast<size_t>(chip.cores()) * static_cast<size_t>(chip.crossbar_rows) * columns;
  CoreTargets cores{std::vector<float>(cells * devices_of_cell, 0.0F), std::vector<std::uint8_t>(cells, 0)};
  for (const Block& block : blocks) {
    const ConductanceTargets& layer = targets.at(block.node);
    for (int row = 0; row < block.extent.rows; ++row)
      for (int column = 0; column < block.extent.columns; ++column) {
        const size_t weight =
            static_cast<size_t>(block.extent.row + row) * static_cast<size_t>(layer.columns) +
            static_cast<size_t>(block.extent.column + column);
        const size_t core_row = static_cast<size_t>(block.core) * static_cast<size_t>(chip.crossbar_rows) +
                                static_cast<size_t>(block.core_row + row);
        const size_t cell = core_row * columns + static_cast<size_t>(block.core_column + column);
        for (size_t p = 0; p < layer.targets_us.size(); ++p)
          cores.conductances_us[cell * devices_of_cell + device_of(layer.cell.planes[p])] =
              layer.targets_us[p][weight];
        cores.used[cell] = 1;
      }
  }
  return cores;
}

}  // namespace mho
