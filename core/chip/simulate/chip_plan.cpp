// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/chip_plan.hpp"

#include <algorithm>

#include "core/analog/mvm_effects.hpp"
#include "core/analog/tile/tile_io.hpp"

namespace mho {
namespace {

/// Blocks are cut already: nothing of the layout's own cut is used.
CrossbarLayer layer_of(const Architecture& architecture, int node, const HardwareConfig& hardware) {
  const Converter adc = output_converter(hardware);
  MvmSettings settings;
  settings.dac_levels = input_levels(hardware);
  settings.adc_step = adc.step;
  settings.adc_limit = adc.limit;
  settings.output_noise = static_cast<float>(hardware.output_noise);
  return {MatrixLayout(geometry_of(architecture, node), 0, RowSplit::dense), settings};
}

}  // namespace

ChipPlan::ChipPlan(const std::filesystem::path& folder)
    : chip_(read_export(folder)),
      digital_(chip_.network.architecture, chip_.network.parameters),
      blocks_of_(nodes().size()),
      links_for_(nodes().size()),
      groups_(chip_.blocks.size()) {
  collect_blocks();
  for (const ExportedLink& entry : chip_.links)
    links_for_[static_cast<size_t>(entry.link.node)].push_back(&entry);
}

void ChipPlan::collect_blocks() {
  const HardwareConfig& hardware = chip_.network.hardware;
  const bool as_they_lie = needs_vector_path(hardware);
  for (int i = 0; i < static_cast<int>(chip_.blocks.size()); ++i) {
    const Block& here = block(i);
    const Node& layer = node(here.node);
    if (!crossbars_.contains(here.node))
      crossbars_.emplace(here.node, layer_of(chip_.network.architecture, here.node, hardware));
    const int recurrent_inputs = layer.running.cell ? node(layer.inputs.front()).shape.channels : 0;
    shapes_.push_back(block_shape(crossbars_.at(here.node), here, chip_.row_cuts.at(here.node), as_they_lie,
                                  recurrent_inputs));
    blocks_of_[static_cast<size_t>(here.node)].push_back(i);
    groups_[static_cast<size_t>(here.group)].push_back(i);
  }
  chain_ends_.assign(chip_.blocks.size(), -1);
  for (int i = static_cast<int>(chip_.blocks.size()) - 1; i >= 0; --i) {
    int& end = chain_ends_[static_cast<size_t>(i)];
    if (end < 0) end = i;
    const int source = chip_.partial_sums_from[static_cast<size_t>(i)];
    if (source >= 0) chain_ends_[static_cast<size_t>(source)] = end;
  }
}

}  // namespace mho
