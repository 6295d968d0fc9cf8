// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/tiling.hpp"

#include <map>
#include <set>

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

const ChipConfig hermes;

MappingConfig with(RowSplit row_split, DepthwisePlace depthwise = DepthwisePlace::digital) {
  MappingConfig config;
  config.row_split = row_split;
  config.depthwise = depthwise;
  return config;
}

void check_cover(const Architecture& architecture, const ChipConfig& chip, const MappingConfig& config) {
  std::map<int, std::vector<int>> covered;
  std::int64_t cells = 0, weights = 0;
  int number = 0;
  for (const Block& block : cut_into_blocks(architecture, chip, config)) {
    const MatrixShape matrix = matrix_shape(architecture, block.node);
    auto& layer = covered.try_emplace(block.node, matrix.rows * matrix.columns, 0).first->second;
    REQUIRE(block.extent.rows <= chip.crossbar_rows);
    REQUIRE(block.extent.columns <= chip.crossbar_columns);
    CHECK(block.core == -1);
    CHECK(block.products == matrix.products);
    CHECK(block.group == number++);
    cells += block.weights;
    for (int row = block.extent.row; row < block.extent.row + block.extent.rows; ++row)
      for (int column = block.extent.column; column < block.extent.column + block.extent.columns; ++column)
        ++layer.at(static_cast<size_t>(row * matrix.columns + column));
  }
  for (const auto& [node, counts] : covered) {
    weights += static_cast<std::int64_t>(counts.size());
    CHECK(std::set<int>(counts.begin(), counts.end()) == std::set<int>{1});
  }
  std::int64_t expected = 0;
  for (const Node& node : architecture.nodes())
    if (!is_grouped(node)) expected += node.weights;
  CHECK(weights == expected);
  CHECK(cells == expected);
}

std::vector<Block> blocks_of(const Architecture& net, const std::string& layer, const MappingConfig& config) {
  std::vector<Block> blocks;
  for (const Block& block : cut_into_blocks(net, hermes, config))
    if (net.nodes()[static_cast<size_t>(block.node)].name == layer) blocks.push_back(block);
  return blocks;
}

}  // namespace

TEST_CASE("blocks cover every crossbar layer's matrix exactly once, dense and channel-aligned") {
  for (const std::string& name : builtin_names())
    for (const auto row_split : all_values<RowSplit>()) {
      INFO(name << " " << word_of(row_split));
      check_cover(builtin(name), hermes, with(row_split));
      check_cover(builtin(name), small_chip(8, 8, 100), with(row_split));
      check_cover(builtin(name), small_chip(8, 8, 5), with(row_split));
    }
}

TEST_CASE("blocks come in node order, row split major") {
  const Architecture net = dense_chain("chain", 10, {6, 3});
  const auto blocks = cut_into_blocks(net, small_chip(2, 2, 4));
  REQUIRE(blocks.size() == 3 * 2 + 2 * 1);
  int previous = -1;
  for (const Block& block : blocks) {
    const int rank = (block.node * 100 + block.extent.row) * 100 + block.extent.column;
    CHECK(rank > previous);
    CHECK(block.row_split == block.extent.row / 4);
    previous = rank;
  }
  CHECK(blocks[5].row_split == 2);
  CHECK(blocks[5].extent.rows == 2);
  CHECK(blocks[5].extent.columns == 2);
}

TEST_CASE("a dense split reads its rows' channels, wrapping around, an aligned one whole channels") {
  // conv1 of ResNet-9: 3x3 over 56 channels, 504 rows; rows 256 to 503 are channels 32 to 55, then 0 to 55
  // ...
  const Architecture net = builtin("resnet9");
  const auto dense = blocks_of(net, "conv1", with(RowSplit::dense));
  REQUIRE(dense.size() == 2);
  CHECK(dense[0].extent.rows == 256);
  CHECK((dense[1].first_input == 256 % 56 && dense[1].inputs == 56));
  const auto aligned = blocks_of(net, "conv1", with(RowSplit::channel_aligned));
  REQUIRE(aligned.size() == 2);
  CHECK((aligned[0].extent.rows == 252 && aligned[0].first_input == 0 && aligned[0].inputs == 28));
  CHECK((aligned[1].extent.row == 252 && aligned[1].row_split == 1 && aligned[1].first_input == 28 &&
         aligned[1].inputs == 28));
}

TEST_CASE("IBM's ResNet-9 splits into 40 cores at 252 rows") {
  CHECK(cut_into_blocks(builtin("resnet9"), hermes, with(RowSplit::channel_aligned)).size() == 40);
}

TEST_CASE("naive tile counts are those of the literature") {
  // MARP (256x256): autoencoder 14, MobileNetV2-CIFAR 91; AnalogNAS (512x512): ResNet-32 43.
  CHECK(cut_into_blocks(builtin("autoencoder"), hermes).size() == 14);
  CHECK(cut_into_blocks(builtin("mobilenet_v2_cifar"), hermes).size() == 91);
  CHECK(cut_into_blocks(builtin("resnet32"), small_chip(8, 8, 512)).size() == 43);
}

TEST_CASE("grouped convolutions stay off the crossbars, unless they are asked for") {
  const Architecture net = builtin("ds_cnn");
  std::int64_t weights = 0;
  for (const Block& block : cut_into_blocks(net, hermes)) {
    CHECK(!is_grouped(net.nodes()[static_cast<size_t>(block.node)]));
    weights += block.weights;
  }
  CHECK(weights == 19712);  // docs/sources.md, depthwise digital
  CHECK(!is_on_crossbars(net, 0));
}

TEST_CASE("a depthwise convolution lies block-diagonal, 28 channels a core") {
  const MappingConfig config = with(RowSplit::dense, DepthwisePlace::block_diagonal);
  const Architecture net = builtin("ds_cnn");
  const auto blocks = blocks_of(net, "depthwise1", config);
  REQUIRE(blocks.size() == 3);
  CHECK((blocks[0].extent.rows == 252 && blocks[0].extent.columns == 28));
  CHECK(blocks[0].weights == 252);
  CHECK((blocks[2].extent.row == 504 && blocks[2].extent.column == 56 && blocks[2].extent.columns == 8));
  CHECK((blocks[2].first_input == 56 && blocks[2].inputs == 8 && blocks[2].row_split == 0));
  std::int64_t weights = 0, products = 0;
  const auto all = cut_into_blocks(net, hermes, config);
  for (const Block& block : all) {
    weights += block.weights;
    products += block.products;
  }
  CHECK(all.size() == 18);
  CHECK(weights == 22016);
  CHECK(products == 2126);
}

TEST_CASE("a group larger than a crossbar is cut by itself") {
  Conv2d conv;
  conv.out_channels = 4;
  conv.groups = 2;
  const Architecture net(
      "grouped", {4, 4, 6},
      {{"conv", conv, {"input"}}, {"pool", GlobalAveragePool{}, {"conv"}}, {"loss", Output{}, {"pool"}}});
  const auto blocks =
      cut_into_blocks(net, small_chip(1, 8, 16), with(RowSplit::dense, DepthwisePlace::block_diagonal));
  REQUIRE(blocks.size() == 4);  // 27 rows a group: 16 and 11
  CHECK((blocks[1].row_split == 1 && blocks[1].extent.rows == 11));
  CHECK((blocks[2].extent.row == 27 && blocks[2].extent.column == 2 && blocks[2].row_split == 0));
  CHECK((blocks[2].first_input == 3 && blocks[2].inputs == 3));
}

TEST_CASE("a recurrent layer's blocks hold whole units, and say which inputs and states they read") {
  ChipConfig chip = small_chip(2, 2, 5);
  chip.crossbar_columns = 10;  // room for two units of four columns
  const auto blocks = cut_into_blocks(small_lstm(), chip);
  REQUIRE(blocks.size() == 4);
  const auto check = [](const Block& block, const TileExtent& extent, int first_input, int inputs,
                        int first_state, int states) {
    CHECK(block.extent.row == extent.row);
    CHECK(block.extent.rows == extent.rows);
    CHECK(block.extent.column == extent.column);
    CHECK(block.extent.columns == extent.columns);
    CHECK((block.first_input == first_input && block.inputs == inputs));
    CHECK((block.first_state == first_state && block.states == states));
    CHECK((block.in_turn && block.products == 3));
  };
  check(blocks[0], {0, 5, 0, 8}, 0, 4, 0, 1);
  check(blocks[1], {0, 5, 8, 4}, 0, 4, 0, 1);
  check(blocks[2], {5, 2, 0, 8}, 4, 0, 1, 2);
  check(blocks[3], {5, 2, 8, 4}, 4, 0, 1, 2);
}

}  // namespace mho
