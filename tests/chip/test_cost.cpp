// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/cost.hpp"

#include "core/chip/mapping/tiling.hpp"
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
  // 16 products, one more tick for the partial sums to reach core 1, one product.
  CHECK(cost.latency_s == Approx((16 + 1 + 1) * 133e-9));
  CHECK(cost.interval == 16);
  CHECK(cost.throughput_hz == Approx(1 / (16 * 133e-9)));
  CHECK(cost.utilisation == Approx((16 + 2 + 6) / 192.0));
  CHECK(cost.mac_utilisation == Approx((16 * 16 + 16 * 2 + 6) / (33 * 64.0)));
  CHECK(cost.effective_tops_per_watt == Approx(2 * (16 * 16 + 16 * 2 + 6) / (33 * 13.4e-9) * 1e-12));
  // Digital: 32 biases + 32 batch norms + 32 pooled + 3 biases + 2 columns x 16 products of partial sums.
  CHECK(count_digital_macs(two_layers(), blocks) == 131);
  // Partial sums 2 x 16 x 16 bits over one hop, two pooled activations of 8 bits over one hop.
  CHECK(count_bit_hops(find_links(two_layers(), chip, blocks)) == 512 + 16);
  // The dense layer's two inputs of 8 bits wait: written and read once, off chip.
  CHECK(cost.buffer_bits == 32);
  CHECK(cost.energy_low_j == Approx(33 * 13.4e-9 + 131 * 1e-12 + 528 * 10e-15 + 32 * 0.2e-12));
  CHECK(cost.energy_high_j == Approx(33 * 13.4e-9 + 131 * 1e-12 + 528 * 81e-15 + 32 * 3.75e-12));
  CHECK(cost.energy_j == Approx((cost.energy_low_j + cost.energy_high_j) / 2));
}

TEST_CASE("blocks that share a core take turns and need no links") {
  const ChipConfig chip = small_chip(2, 2, 8);
  const Cost cost = count_cost(two_layers(), chip, blocks_on({2, 2, 2}, chip));
  CHECK(cost.cores == 1);
  CHECK(cost.core_mvms == 33);
  CHECK(cost.latency_s == Approx(33 * 133e-9));
  CHECK(cost.throughput_hz == Approx(1 / (33 * 133e-9)));
  CHECK(cost.bit_hops == 0);
  CHECK(cost.energy_high_j - cost.energy_low_j == Approx(cost.buffer_bits * (3.75e-12 - 0.2e-12)));
}

TEST_CASE("a layer kept digital costs its multiply-adds, no core and no hops") {
  const ChipConfig chip = small_chip(2, 2, 8);
  const Architecture network = two_layers().with_digital_layers({"conv"});
  auto blocks = cut_into_blocks(network, chip);
  REQUIRE(blocks.size() == 1);  // the dense layer's
  blocks[0].core = 3;
  const Cost cost = count_cost(network, chip, blocks);
  CHECK(cost.cores == 1);
  CHECK(cost.core_mvms == 1);
  CHECK(cost.interval == 1);
  // The convolution's 9 x 2 x 16; 32 biases, 32 batch norms, 32 pooled, 3 biases.
  CHECK(cost.digital_macs == 288 + 99);
  // What the dense layer reads comes from beside the cores, two activations of 8 bits.
  const auto links = find_links(network, chip, blocks);
  REQUIRE(!links.empty());
  CHECK(links.front().from_core == off_chip);
  CHECK(links.front().to_core == 3);
  CHECK(links.front().bits == 16);
  CHECK(cost.bit_hops == 0);
  CHECK(cost.energy_low_j == Approx(13.4e-9 + 387 * 1e-12 + 32 * 0.2e-12));
}

TEST_CASE("a network that is all digital needs no core") {
  const ChipConfig chip = small_chip(2, 2, 8);
  const auto mapped = map_onto_chip(two_layers().with_digital_layers({"conv", "dense"}), chip);
  REQUIRE(mapped.mapping);
  CHECK(mapped.mapping->blocks.empty());
  CHECK(mapped.mapping->cost.cores == 0);
  CHECK(mapped.mapping->cost.energy_low_j == Approx((288 + 6 + 99) * 1e-12));
}

TEST_CASE("four phases take the time and energy of four phases") {
  ChipConfig chip = small_chip(2, 2, 8);
  const Cost once = count_cost(two_layers(), chip, blocks_on({2, 2, 2}, chip));
  chip.phases = 4;
  const Cost four = count_cost(two_layers(), chip, blocks_on({2, 2, 2}, chip));
  CHECK(four.latency_s / once.latency_s == Approx(521.0 / 133.0));
  CHECK(four.energy_low_j - once.energy_low_j == Approx(33 * (52.9e-9 - 13.4e-9)));
  CHECK(four.effective_tops_per_watt / once.effective_tops_per_watt == Approx(13.4 / 52.9));
}

TEST_CASE("efficiency follows from the chip's own crossbars and energy") {
  ChipConfig chip;
  chip.crossbar_rows = chip.crossbar_columns = 512;
  chip.mvm_energy_j = 30e-9;
  CHECK(chip.peak_efficiency() == Approx(2.0 * 512 * 512 / 30e-9 * 1e-12));
  const Cost cost = map_onto_chip(builtin("resnet8"), chip).mapping.value().cost;
  std::int64_t macs = 0;
  for (const Block& block : cut_into_blocks(builtin("resnet8"), chip)) macs += block.products * block.weights;
  const double energy_j = static_cast<double>(cost.core_mvms) * 30e-9;
  CHECK(cost.effective_tops_per_watt == Approx(2e-12 * static_cast<double>(macs) / energy_j));
}

TEST_CASE("a skip connection waits for the addition, on chip as far as the buffer reaches") {
  Conv2d conv;
  conv.kernel_height = conv.kernel_width = 1;
  conv.out_channels = 2;
  const Architecture net("skip", {2, 2, 2},
                         {{"a", conv, {"input"}},
                          {"b", conv, {"a"}},
                          {"sum", Add{}, {"b", "a"}},
                          {"pool", GlobalAveragePool{}, {"sum"}},
                          {"loss", Output{}, {"pool"}}});
  ChipConfig chip = small_chip(1, 2, 4);
  std::vector<Block> blocks = cut_into_blocks(net, chip);
  blocks[0].core = 0;
  blocks[1].core = 1;
  const Cost outside = count_cost(net, chip, blocks);
  // Output of a, 8 numbers of 8 bits: written once, read by b and by the sum. From tick 0 to 8, of images 4
  // apart.
  CHECK(outside.buffer_bits == 64 * 3);
  CHECK(outside.buffered_bits == 64 * 2);
  chip.buffer_kib = 128.0 / 8 / 1024 / 2;  // half of what waits at once
  const Cost half = count_cost(net, chip, blocks);
  CHECK(outside.energy_high_j - half.energy_high_j == Approx(192 * 0.5 * (3.75e-12 - 80e-15)));
  chip.buffer_kib = 1;
  const Cost inside = count_cost(net, chip, blocks);
  CHECK(outside.energy_low_j - inside.energy_low_j == Approx(192 * (0.2e-12 - 80e-15)));
  CHECK(inside.energy_high_j - inside.energy_low_j == Approx(inside.bit_hops * 71e-15));
}

TEST_CASE("depthwise layers on crossbars are no digital work") {
  const Architecture net = builtin("ds_cnn");
  MappingConfig config;
  const auto digital = cut_into_blocks(net, ChipConfig{}, config);
  config.depthwise = DepthwisePlace::block_diagonal;
  const auto analog = cut_into_blocks(net, ChipConfig{}, config);
  CHECK(count_digital_macs(net, digital) - count_digital_macs(net, analog) == 4 * 125 * 64 * 9);
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
                          {"loss", Output{}, {"dense"}}});
  const auto blocks = cut_into_blocks(net, ChipConfig{});
  CHECK(count_digital_macs(net, blocks) == 64 * 9 + 64 + 16 * 4);
}

TEST_CASE("a network without a crossbar layer costs no core") {
  const Architecture net("bare", {4, 4, 3},
                         {{"pool", GlobalAveragePool{}, {"input"}}, {"loss", Output{}, {"pool"}}});
  const MappingResult result = map_onto_chip(net, ChipConfig{});
  REQUIRE(result.mapping.has_value());
  CHECK(result.mapping->cost.cores == 0);
  CHECK(result.mapping->cost.throughput_hz == 0);
  CHECK(result.mapping->cost.energy_j == Approx(48e-12));
}

}  // namespace mho
