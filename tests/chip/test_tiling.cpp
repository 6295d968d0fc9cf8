// SPDX-License-Identifier: Apache-2.0
#include "core/chip/tiling.hpp"

#include <map>
#include <set>

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

void check_cover(const Architecture& architecture, const ChipConfig& chip) {
  std::map<int, std::vector<int>> covered;
  std::int64_t cells = 0, weights = 0;
  for (const Block& block : cut_into_blocks(architecture, chip)) {
    const MatrixShape matrix = matrix_shape(architecture, block.node);
    auto& layer = covered.try_emplace(block.node, matrix.rows * matrix.columns, 0).first->second;
    REQUIRE(block.extent.rows <= chip.crossbar_rows);
    REQUIRE(block.extent.columns <= chip.crossbar_columns);
    CHECK(block.row_split == block.extent.row / chip.crossbar_rows);
    CHECK(block.core == -1);
    cells += std::int64_t{1} * block.extent.rows * block.extent.columns;
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

}  // namespace

TEST_CASE("blocks cover every crossbar layer's matrix exactly once") {
  for (const std::string& name : builtin_names()) {
    INFO(name);
    check_cover(builtin(name), ChipConfig{});
    check_cover(builtin(name), small_chip(8, 8, 100));
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
    previous = rank;
  }
  CHECK(blocks[5].row_split == 2);
  CHECK(blocks[5].extent.rows == 2);
  CHECK(blocks[5].extent.columns == 2);
}

TEST_CASE("grouped convolutions stay off the crossbars") {
  const Architecture net = builtin("ds_cnn");
  std::int64_t weights = 0;
  for (const Block& block : cut_into_blocks(net, ChipConfig{})) {
    CHECK(!is_grouped(net.nodes()[static_cast<size_t>(block.node)]));
    weights += std::int64_t{1} * block.extent.rows * block.extent.columns;
  }
  CHECK(weights == 19712);  // docs/sources.md, depthwise digital
  CHECK(!is_on_crossbars(net, 0));
}

}  // namespace mho
