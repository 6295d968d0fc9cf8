// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/files/text_file.hpp"
#include "core/chip/export_json.hpp"
#include "core/chip/floorplan.hpp"
#include "core/chip/layer_targets.hpp"
#include "core/chip/report.hpp"
#include "core/chip/tiling.hpp"
#include "core/nn/architecture_json.hpp"

namespace mho {
namespace {

void write_targets(const std::filesystem::path& file, const ChipExport& what, const LayerTargets& targets) {
  const CoreTargets cores = lay_out_targets(targets, what.mapping.blocks, what.chip);
  const ChipConfig& chip = what.chip;
  write_npz(
      file,
      {{"conductances", NpyArray::from(cores.conductances_us, {chip.cores(), chip.crossbar_rows,
                                                               chip.crossbar_columns, devices_of_cell})},
       {"used", NpyArray::from(cores.used, {chip.cores(), chip.crossbar_rows, chip.crossbar_columns})}});
}

/// Weights of the grouped convolutions, if there are any; a file of an earlier export does not stay behind.
void write_digital_weights(const std::filesystem::path& file, const ChipExport& what) {
  std::map<std::string, NamedTensor> tensors;
  for (size_t node = 0; node < what.parameters.size(); ++node) {
    const Node& here = what.architecture.nodes()[node];
    const auto& weight = what.parameters[node].weight;
    if (!is_grouped(here)) continue;
    const std::int64_t columns = here.shape.channels;
    tensors[here.name + ".weight"] = {{static_cast<std::int64_t>(weight.size()) / columns, columns},
                                      {weight.begin(), weight.end()}};
  }
  if (!tensors.empty()) return write_safetensors(file, tensors, {{"format", chip_format}});
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) throw RunError("cannot remove " + file.string() + ": " + error.message());
}

/// The blocks must be this network's, cut for this chip, and lie on it.
void check_mapping(const ChipExport& what) {
  const std::vector<Block> expected = cut_into_blocks(what.architecture, what.chip);
  bool same = expected.size() == what.mapping.blocks.size();
  for (size_t i = 0; same && i < expected.size(); ++i) {
    const Block& block = what.mapping.blocks[i];
    const TileExtent &a = block.extent, &b = expected[i].extent;
    same = block.node == expected[i].node && a.row == b.row && a.rows == b.rows && a.column == b.column &&
           a.columns == b.columns && block.core >= 0 && block.core < what.chip.cores() &&
           block.core_row >= 0 && block.core_row + a.rows <= what.chip.crossbar_rows &&
           block.core_column >= 0 && block.core_column + a.columns <= what.chip.crossbar_columns;
  }
  if (!same)
    throw MappingError(
        fmt::format("export of {}: expected its mapping onto {}, got one of another network or chip",
                    what.architecture.name(), what.chip.name));
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
  write_file_atomically(folder / "report.md", write_report(what.architecture, what.chip, what.mapping));
}

}  // namespace mho
