// SPDX-License-Identifier: Apache-2.0
#include "core/chip/cost.hpp"

#include "core/chip/tiling.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

/// two_layers on 8x8 crossbars: blocks of 8x2, 1x2 (one convolution, 16 products) and 2x3 (dense, 1 product).
std::vector<Block> blocks_on(const std::vector<int>& cores, const ChipConfig& chip) {
  std::vector<Block> blocks = cut_into_blocks(two_layers(), chip);
  REQUIRE(blocks.size() == cores.size());
  for (size_t i = 0; i < cores.size(); ++i) blocks[i].core = cores[i];
  return blocks;
}

}  // namespace

TEST_CASE("a two-layer network on three cores costs what it does by hand") {
  const ChipConfig chip = small_chip(2, 2, 8);
  const auto blocks = blocks_on({0, 1, 3}, chip);
  const Cost cost = count_cost(two_layers(), chip, blocks);
  CHECK(cost.cores == 3);
  CHECK(cost.core_mvms == 16 + 16 + 1);
  CHECK(cost.latency_s == Approx((16 + 1) * 133e-9));
  CHECK(cost.throughput_hz == Approx(1 / (16 * 133e-9)));
  CHECK(cost.utilisation == Approx((16 + 2 + 6) / 192.0));
  CHECK(cost.mac_utilisation == Approx((16 * 16 + 16 * 2 + 6) / (33 * 64.0)));
  CHECK(cost.effective_tops_per_watt == Approx(9.76 * cost.mac_utilisation));
  // Digital: 32 biases + 32 batch norms + 32 pooled + 3 biases + 2 columns x 16 products of partial sums.
  CHECK(count_digital_macs(two_layers(), blocks) == 131);
  // Partial sums 2 x 16 x 16 bits over one hop, two pooled activations of 8 bits over one hop.
  CHECK(count_bit_hops(find_links(two_layers(), chip, blocks)) == 512 + 16);
  CHECK(cost.energy_low_j == Approx(33 * 13.4e-9 + 131 * 1e-12 + 528 * 10e-15));
  CHECK(cost.energy_high_j == Approx(33 * 13.4e-9 + 131 * 1e-12 + 528 * 81e-15));
  CHECK(cost.energy_j == Approx((cost.energy_low_j + cost.energy_high_j) / 2));
}

TEST_CASE("blocks that share a core take turns and need no links") {
  const ChipConfig chip = small_chip(2, 2, 8);
  const Cost cost = count_cost(two_layers(), chip, blocks_on({2, 2, 2}, chip));
  CHECK(cost.cores == 1);
  CHECK(cost.core_mvms == 33);
  CHECK(cost.latency_s == Approx(33 * 133e-9));
  CHECK(cost.throughput_hz == Approx(1 / (33 * 133e-9)));
  CHECK(cost.energy_low_j == cost.energy_high_j);
}

TEST_CASE("depthwise convolutions, additions and average pooling are charged to the digital units") {
  Conv2d depthwise;
  depthwise.out_channels = 4;
  depthwise.groups = 4;
  Pool average;
  average.kind = Pool::Kind::average;
  const Architecture net("digital", {4, 4, 4},
                         {{"depthwise", depthwise, {"input"}},
                          {"add", Add{}, {"depthwise", "input"}},
                          {"pool", average, {"add"}},
                          {"dense", Dense{2, false}, {"pool"}},
                          {"loss", SoftmaxCrossEntropy{}, {"dense"}}});
  const auto blocks = cut_into_blocks(net, ChipConfig{});
  CHECK(count_digital_macs(net, blocks) == 64 * 9 + 64 + 16 * 4);
}

TEST_CASE("a network without a crossbar layer costs no core") {
  const Architecture net(
      "bare", {4, 4, 3},
      {{"pool", GlobalAveragePool{}, {"input"}}, {"loss", SoftmaxCrossEntropy{}, {"pool"}}});
  const MappingResult result = map_onto_chip(net, ChipConfig{});
  REQUIRE(result.mapping.has_value());
  CHECK(result.mapping->cost.cores == 0);
  CHECK(result.mapping->cost.throughput_hz == 0);
  CHECK(result.mapping->cost.energy_j == Approx(48e-12));
}

}  // namespace mho
