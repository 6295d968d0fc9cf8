// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/layer_targets.hpp"

#include <limits>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

HardwareConfig hardware_of(const ChipConfig& chip) {
  HardwareConfig hardware;
  hardware.crossbar_rows = chip.crossbar_rows;
  hardware.crossbar_columns = chip.crossbar_columns;
  return hardware;
}

template <class Change>
std::string error_after(Change&& change) {
  const ChipConfig chip = small_chip(2, 2, 8);
  const Architecture net = two_layers();
  Parameters parameters = drawn_parameters(net, 5);
  HardwareConfig hardware = hardware_of(chip);
  change(parameters, hardware);
  return message_of<MappingError>([&] { find_layer_targets(net, parameters, hardware, chip); });
}

}  // namespace

TEST_CASE("every weight's conductances lie in its block's cells, a device for each plane") {
  const ChipConfig chip = small_chip(2, 2, 8);
  const Architecture net = two_layers();
  const auto mapping = map_onto_chip(net, chip).mapping;
  REQUIRE(mapping.has_value());
  for (const auto& significances :
       {std::vector<double>{1}, std::vector<double>{1, 1}, std::vector<double>{4, 1}}) {
    HardwareConfig hardware = hardware_of(chip);
    hardware.cell.pair_significances = significances;
    const auto targets = find_layer_targets(net, drawn_parameters(net, 5), hardware, chip);
    REQUIRE(targets.size() == 2);
    const CoreTargets cores = lay_out_targets(targets, mapping->blocks, chip);
    REQUIRE(cores.used.size() == 4 * 64);
    REQUIRE(cores.conductances_us.size() == 4 * 64 * 4);
    int used = 0;
    for (const Block& block : mapping->blocks) {
      const ConductanceTargets& layer = targets.at(block.node);
      for (int row = 0; row < block.extent.rows; ++row)
        for (int column = 0; column < block.extent.columns; ++column) {
          const auto cell =
              static_cast<size_t>((block.core * 8 + block.core_row + row) * 8 + block.core_column + column);
          const auto weight =
              static_cast<size_t>((block.extent.row + row) * layer.columns + block.extent.column + column);
          const auto planes = layer.targets_us.size();  // plus, minus, plus 2, minus 2
          CHECK(cores.used[cell] == 1);
          CHECK(cores.conductances_us[4 * cell + 0] == layer.targets_us[0][weight]);
          CHECK(cores.conductances_us[4 * cell + 1] == (planes == 4 ? layer.targets_us[2][weight] : 0));
          CHECK(cores.conductances_us[4 * cell + 2] == layer.targets_us[1][weight]);
          CHECK(cores.conductances_us[4 * cell + 3] == (planes == 4 ? layer.targets_us[3][weight] : 0));
          ++used;
        }
    }
    CHECK(used == 9 * 2 + 2 * 3);
    CHECK(std::count(cores.used.begin(), cores.used.end(), 1) == used);
    for (size_t cell = 0; cell < cores.used.size(); ++cell)
      if (cores.used[cell] == 0)
        for (size_t d = 0; d < 4; ++d) CHECK(cores.conductances_us[4 * cell + d] == 0);
  }
}

TEST_CASE("a mapping that the chip's cells cannot hold is refused") {
  CHECK_THAT(
      error_after([](Parameters&, HardwareConfig& h) { h.cell.kind = CellKind::single; }),
      ContainsSubstring("hardware.mapping = 'single': expected 'pairs'") && ContainsSubstring("'small'"));
  CHECK_THAT(error_after([](Parameters&, HardwareConfig& h) {
               h.cell.pair_significances = {1, 1, 1};
               h.cell.devices_per_cell = 6;
             }),
             ContainsSubstring("at most the 2 pairs of a cell") && ContainsSubstring("got 3"));
}

TEST_CASE("parameters that cannot be put on a chip are told with their layer") {
  CHECK(error_after([](Parameters&, HardwareConfig&) {}).empty());
  CHECK_THAT(error_after([](Parameters& p, HardwareConfig&) {
               p[1].weight[4] = std::numeric_limits<float>::quiet_NaN();
             }),
             ContainsSubstring("layer 'conv'") && ContainsSubstring("weight[4]") && ContainsSubstring("nan"));
  CHECK_THAT(error_after([](Parameters& p, HardwareConfig&) { p[2].gamma[1] = INFINITY; }),
             ContainsSubstring("layer 'norm'") && ContainsSubstring("gamma[1]"));
  CHECK_THAT(error_after([](Parameters& p, HardwareConfig&) { p[5].weight.pop_back(); }),
             ContainsSubstring("layer 'dense'") && ContainsSubstring("expected 6 numbers in weight, got 5"));
  CHECK_THAT(error_after([](Parameters& p, HardwareConfig&) { p[5].bias.clear(); }),
             ContainsSubstring("expected 3 numbers in bias, got 0"));
  CHECK_THAT(error_after([](Parameters& p, HardwareConfig&) { p.pop_back(); }),
             ContainsSubstring("expected parameters of 7 layers, got 6"));
  CHECK_THAT(error_after([](Parameters&, HardwareConfig& h) { h.crossbar_rows = 16; }),
             ContainsSubstring("expected crossbars of 8x8, got 16x8"));
}

}  // namespace mho
