// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/files/text_file.hpp"
#include "core/chip/export/export_csv.hpp"
#include "core/chip/export/export_json.hpp"
#include "core/chip/export/export_onnx.hpp"
#include "core/chip/export/export_schemas.hpp"
#include "core/chip/export/floorplan.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "core/chip/export/report.hpp"
#include "core/chip/mapping/tiling.hpp"
#include "core/nn/graph/architecture_json.hpp"

namespace mho {
namespace {

void write_targets(const std::filesystem::path& file, const ChipExport& what, const LayerTargets& targets) {
  const CoreTargets cores = lay_out_targets(targets, what.mapping.blocks, what.chip);
  const ChipConfig& chip = what.chip;
  write_npz(
      file,
      {{"conductances", NpyArray::from(cores.conductances_us, {chip.cores(), chip.crossbar_rows,
                                                               chip.crossbar_columns, devices_of_cell})},
       {"used", NpyArray::from(cores.used, {chip.cores(), chip.crossbar_rows, chip.crossbar_columns})},
       {"adc_tolerance_counts", NpyArray::from(std::vector<std::int32_t>{chip.adc_tolerance_counts}, {1})}});
}

/// The network as tiles that aihwkit can load (mho.to_aihwkit): of each block of a replica 0 its weights, as
/// aihwkit lays them out [column, row], over the column's scale; the scales; the DAC's range.
void write_aihwkit_tiles(const std::filesystem::path& file, const ChipExport& what,
                         const LayerTargets& targets) {
  std::map<std::string, NpyArray> arrays;
  for (size_t i = 0; i < what.mapping.blocks.size(); ++i) {
    const Block& block = what.mapping.blocks[i];
    if (block.replica > 0) continue;
    const ConductanceTargets& layer = targets.at(block.node);
    const LayerParameters& own = what.parameters[static_cast<size_t>(block.node)];
    const RowCut cut =
        row_cut_of(what.architecture, block.node, what.hardware.row_split, what.chip.crossbar_rows);
    std::vector<float> weights, scales;
    for (int column = block.extent.column; column < block.extent.column + block.extent.columns; ++column) {
      const float scale = layer.scales[static_cast<size_t>(block.row_split * layer.columns + column)];
      scales.push_back(scale);
      for (int row = block.extent.row; row < block.extent.row + block.extent.rows; ++row) {
        const float weight =
            own.weight[static_cast<size_t>(cut.matrix_row(row)) * static_cast<size_t>(layer.columns) +
                       static_cast<size_t>(column)];
        weights.push_back(scale > 0 ? std::clamp(weight / scale, -1.0F, 1.0F) : 0.0F);
      }
    }
    const float range =
        own.split_ranges.empty() ? own.input_range : own.split_ranges[static_cast<size_t>(block.row_split)];
    const std::string name = fmt::format("block{}_", i);
    arrays[name + "weights"] = NpyArray::from(weights, {block.extent.columns, block.extent.rows});
    arrays[name + "scales"] = NpyArray::from(scales, {block.extent.columns});
    arrays[name + "input_range"] = NpyArray::from(std::vector<float>{range}, {1});
  }
  write_npz(file, arrays);
}

/// Weights of the matrices that are not on crossbars, if there are any; a file of an earlier export does not
/// stay behind.
void write_digital_weights(const std::filesystem::path& file, const ChipExport& what) {
  std::map<std::string, NamedTensor> tensors;
  for (size_t node = 0; node < what.parameters.size(); ++node) {
    const Node& here = what.architecture.nodes()[node];
    const auto& weight = what.parameters[node].weight;
    if (here.weights == 0 || here.on_chip.place == OnChip::Place::crossbar) continue;
    const std::int64_t columns = tensor_numbers(here.matrix, here.shape);
    tensors[here.name + ".weight"] = {{static_cast<std::int64_t>(weight.size()) / columns, columns},
                                      {weight.begin(), weight.end()}};
  }
  if (!tensors.empty()) return write_safetensors(file, tensors, {{"format", chip_format}});
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) throw RunError("cannot remove " + file.string() + ": " + error.message());
}

bool lies_on(const ChipConfig& chip, const Block& block) {
  return block.core >= 0 && block.core < chip.cores() && block.core_row >= 0 &&
         block.core_row + block.extent.rows <= chip.crossbar_rows && block.core_column >= 0 &&
         block.core_column + block.extent.columns <= chip.crossbar_columns;
}

bool same_part(const Block& a, const Block& b) {
  return a.node == b.node && a.extent.row == b.extent.row && a.extent.rows == b.extent.rows &&
         a.extent.column == b.extent.column && a.extent.columns == b.extent.columns;
}

/// The blocks must be this network's, cut for this chip as find_layer_targets cuts, and lie on it.
void check_mapping(const ChipExport& what) {
  MappingConfig scored;
  scored.row_split = what.hardware.row_split;
  const std::vector<Block> expected = cut_into_blocks(what.architecture, what.chip, scored);
  std::vector<Block> first_copies;
  bool same = true;
  for (const Block& block : what.mapping.blocks) {
    same = same && lies_on(what.chip, block);
    if (block.replica == 0) first_copies.push_back(block);
  }
  if (!same ||
      !std::equal(expected.begin(), expected.end(), first_copies.begin(), first_copies.end(), same_part))
    throw MappingError(
        fmt::format("export of {}: expected its mapping onto {} with {} row splits and digital depthwise "
                    "layers, as it was scored, got one of another network, chip or tiling",
                    what.architecture.name(), what.chip.name, word_of(scored.row_split)));
}

}  // namespace

void export_chip(const std::filesystem::path& folder, const ChipExport& what) {
  check_mapping(what);
  const LayerTargets targets =
      find_layer_targets(what.architecture, what.parameters, what.hardware, what.chip);
  write_file_atomically(folder / "architecture.json", to_json(what.architecture));
  write_targets(folder / "targets.npz", what, targets);
  write_digital_weights(folder / "digital_weights.safetensors", what);
  write_file_atomically(folder / "cores.json", cores_json(what));
  write_file_atomically(folder / "io.json", io_json(what, targets));
  write_file_atomically(folder / "links.json", links_json(what));
  write_file_atomically(folder / "schedule.json", schedule_json(what));
  write_file_atomically(folder / "floorplan.svg", draw_floorplan(what.architecture, what.chip, what.mapping));
  write_file_atomically(folder / "report.md",
                        write_report(what.architecture, what.chip, what.mapping, what.features));
  if (!what.features.empty()) write_file_atomically(folder / "features.json", what.features);
  write_file_atomically(folder / "network.onnx", network_onnx(what, targets));
  write_aihwkit_tiles(folder / "aihwkit.npz", what, targets);
  write_file_atomically(folder / "cores.csv", cores_csv(what));
  write_file_atomically(folder / "links.csv", links_csv(what));
  write_file_atomically(folder / "schedule.csv", schedule_csv(what));
  for (const auto& [name, schema] : export_schemas())
    write_file_atomically(folder / schema_file(name), schema);
}

const std::map<std::string, bool>& export_files() {
  static const std::map<std::string, bool> files = [] {
    std::map<std::string, bool> all;
    for (const char* name : {"targets.npz", "floorplan.svg", "report.md", "network.onnx", "aihwkit.npz",
                             "cores.csv", "links.csv", "schedule.csv"})
      all[name] = true;
    all["digital_weights.safetensors"] = all["features.json"] = false;
    for (const auto& [name, schema] : export_schemas()) all[name] = all[schema_file(name)] = true;
    return all;
  }();
  return files;
}

std::string schema_file(const std::string& json_file) {
  return "schemas/" + std::filesystem::path(json_file).stem().string() + ".schema.json";
}

}  // namespace mho
