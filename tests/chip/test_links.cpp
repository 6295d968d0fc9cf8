// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/links.hpp"

#include <algorithm>

#include "core/chip/mapping/replication.hpp"
#include "core/chip/mapping/tiling.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

std::vector<Link> links_on(const Architecture& net, const ChipConfig& chip, const std::vector<int>& cores) {
  std::vector<Block> blocks = cut_into_blocks(net, chip);
  REQUIRE(blocks.size() == cores.size());
  for (size_t i = 0; i < cores.size(); ++i) blocks[i].core = cores[i];
  return find_links(net, chip, blocks);
}

void check_links(const std::vector<Link>& found, const std::vector<Link>& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    INFO("link " << i << ": " << found[i].node << " " << to_string(found[i].kind) << " " << found[i].from_core
                 << " -> " << found[i].to_core << ", " << found[i].bits << " bits, " << found[i].hops
                 << " hops");
    CHECK(found[i] == expected[i]);
  }
}

}  // namespace

TEST_CASE("an image's way through two layers, with a chain of partial sums") {
  const auto links = links_on(two_layers(), small_chip(2, 2, 8), {0, 1, 3});
  using enum LinkKind;
  check_links(links,
              {{1, activation, off_chip, 0, 16 * 8, 0},  // rows 0 to 7 read the one channel's 16 pixels
               {1, activation, off_chip, 1, 16 * 8, 0},
               {1, partial_sum, 0, 1, 2 * 16 * 16, 1},
               {5, activation, 1, 3, 2 * 8, 1},  // pooled before it is sent
               {6, activation, 3, off_chip, 3 * 8, 0}});
}

TEST_CASE("a dense layer's cores get only the inputs of their rows, once for all column splits") {
  // 6 inputs from cores 0 (columns 0-3) and 1 (4-5); 6 x 6 on 4x4 crossbars: row splits 0-3, 4-5, two column
  // splits.
  const Architecture net = dense_chain("chain", 4, {6, 6});
  const auto links = links_on(net, small_chip(1, 4, 4), {0, 1, 2, 2, 3, 3});
  using enum LinkKind;
  check_links(links, {{1, activation, off_chip, 0, 4 * 8, 0},
                      {1, activation, off_chip, 1, 4 * 8, 0},
                      {2, activation, 0, 2, 4 * 8, 2},
                      {2, activation, 1, 3, 2 * 8, 2},
                      {2, partial_sum, 2, 3, 6 * 16, 1},
                      {3, activation, 3, off_chip, 6 * 8, 0}});
}

TEST_CASE("a skip connection is sent to where the latest summand lies") {
  Conv2d conv;
  conv.kernel_height = conv.kernel_width = 1;
  conv.out_channels = 2;
  const Architecture net("skip", {2, 2, 2},
                         {{"a", conv, {"input"}},
                          {"b", conv, {"a"}},
                          {"sum", Add{}, {"b", "a"}},
                          {"pool", GlobalAveragePool{}, {"sum"}},
                          {"loss", Output{}, {"pool"}}});
  using enum LinkKind;
  check_links(links_on(net, small_chip(1, 3, 4), {0, 2}), {{1, activation, off_chip, 0, 8 * 8, 0},
                                                           {2, activation, 0, 2, 8 * 8, 2},
                                                           {3, skip, 0, 2, 8 * 8, 2},
                                                           {5, activation, 2, off_chip, 2 * 8, 0}});
}

TEST_CASE("channels of a concatenation come from their own cores") {
  Conv2d conv;
  conv.kernel_height = conv.kernel_width = 1;
  conv.out_channels = 2;
  const Architecture net("concat", {1, 1, 2},
                         {{"a", conv, {"input"}},
                          {"b", conv, {"input"}},
                          {"both", Concat{}, {"a", "b"}},
                          {"dense", Dense{3, false}, {"both"}},
                          {"loss", Output{}, {"dense"}}});
  const auto links = links_on(net, small_chip(1, 3, 4), {0, 1, 2});
  using enum LinkKind;
  REQUIRE(links.size() == 5);
  CHECK(links[2] == Link{4, activation, 0, 2, 2 * 8, 2});
  CHECK(links[3] == Link{4, activation, 1, 2, 2 * 8, 1});
}

TEST_CASE("replicas get the input rows that their windows touch, and pool what they made") {
  // 8x8 image; the convolution's replicas make rows 0-3 and 4-7 on cores 0 and 1, the dense layer is on
  // core 2.
  Conv2d conv;
  conv.out_channels = 2;
  const Architecture net("replicas", {8, 8, 1},
                         {{"conv", conv, {"input"}},
                          {"pool", Pool{}, {"conv"}},
                          {"dense", Dense{3, false}, {"pool"}},
                          {"loss", Output{}, {"dense"}}});
  const ChipConfig chip = small_chip(1, 3, 32);
  std::vector<Copies> copies(net.nodes().size());
  copies[1].replicas = 2;
  std::vector<Block> blocks = replicate(cut_into_blocks(net, chip), copies);
  REQUIRE(blocks.size() == 3);
  for (int i = 0; i < 3; ++i) blocks[static_cast<size_t>(i)].core = i;
  using enum LinkKind;
  check_links(find_links(net, chip, blocks), {{1, activation, off_chip, 0, 5 * 8 * 8, 0},  // rows 0-4
                                              {1, activation, off_chip, 1, 5 * 8 * 8, 0},  // rows 3-7
                                              {3, activation, 0, 2, 2 * 8 * 8, 2},  // pooled: 2 rows of 4
                                              {3, activation, 1, 2, 2 * 8 * 8, 1},
                                              {4, activation, 2, off_chip, 3 * 8, 0}});
}

TEST_CASE("a window over two replicas' pixels has the others' rows sent to it") {
  Conv2d conv;
  conv.out_channels = 1;
  Pool wide;
  wide.kernel_height = wide.kernel_width = 4;
  wide.stride_height = wide.stride_width = 4;
  const Architecture net("across", {4, 4, 1},
                         {{"conv", conv, {"input"}},
                          {"pool", wide, {"conv"}},
                          {"dense", Dense{2, false}, {"pool"}},
                          {"loss", Output{}, {"dense"}}});
  const ChipConfig chip = small_chip(1, 2, 32);
  std::vector<Copies> copies(net.nodes().size());
  copies[1].replicas = 2;
  std::vector<Block> blocks = replicate(cut_into_blocks(net, chip), copies);
  blocks[0].core = 0;
  blocks[1].core = 1;
  blocks[2].core = 0;
  const auto links = find_links(net, chip, blocks);
  CHECK(std::count(links.begin(), links.end(), Link{2, LinkKind::activation, 1, 0, 8 * 8, 1}) == 1);
}

TEST_CASE("channel-aligned splits send each core only its own channels") {
  const Architecture net = builtin("resnet9");
  const ChipConfig chip;
  std::int64_t bits[2];
  for (const bool aligned : {false, true}) {
    MappingConfig config;
    config.packing = PackingMode::none;
    config.row_split = aligned ? RowSplit::channel_aligned : RowSplit::dense;
    const auto mapping = map_onto_chip(net, chip, config).mapping;
    REQUIRE(mapping.has_value());
    std::int64_t& sum = bits[aligned ? 1 : 0];
    sum = 0;
    for (const Link& link : find_links(net, chip, mapping->blocks))
      if (link.kind == LinkKind::activation && link.from_core != off_chip) sum += link.bits;
  }
  CHECK(bits[1] * 3 < bits[0]);
}

TEST_CASE("a network on one core talks to the outside only") {
  const Architecture net = builtin("ds_cnn");
  const auto mapping = map_onto_chip(net, ChipConfig{}).mapping;
  REQUIRE(mapping.has_value());
  for (const Link& link : find_links(net, ChipConfig{}, mapping->blocks))
    CHECK((link.from_core == off_chip || link.to_core == off_chip));
}

TEST_CASE("states go, step by step, to the cores that read them") {
  ChipConfig chip = small_chip(2, 2, 5);
  chip.crossbar_columns = 10;
  // Cores 2 and 3 make units 0 and 1, and 2; the last step's states are read by nobody in the layer.
  const auto links = links_on(small_lstm(), chip, {0, 1, 2, 3});
  using enum LinkKind;
  check_links(links, {{1, activation, off_chip, 0, 4 * 3 * 8, 0},
                      {1, activation, off_chip, 1, 4 * 3 * 8, 0},
                      {1, partial_sum, 0, 2, 8 * 3 * 16, 1},
                      {1, partial_sum, 1, 3, 4 * 3 * 16, 1},
                      {1, state, 2, 0, 1 * 2 * 8, 1},
                      {1, state, 2, 1, 1 * 2 * 8, 2},
                      {1, state, 2, 3, 1 * 2 * 8, 1},
                      {1, state, 3, 2, 1 * 2 * 8, 1},
                      {3, activation, 2, off_chip, 2 * 8, 0},
                      {3, activation, 3, off_chip, 1 * 8, 0}});
}

}  // namespace mho
