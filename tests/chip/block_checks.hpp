// SPDX-License-Identifier: Apache-2.0
// What any mapping's blocks must keep, whoever made them.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/chip/mapping/bin_space.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "tests/catch.hpp"

namespace mho {

/// Blocks lie inside their cores and never on each other; in disjoint mode and within a group they share no
/// row and no column.
inline void check_cells(const ChipConfig& chip, const std::vector<Block>& blocks, PackingMode mode) {
  const auto apart = [](int a, int a_count, int b, int b_count) {
    return a + a_count <= b || b + b_count <= a;
  };
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Block& a = blocks[i];
    REQUIRE((a.core >= 0 && a.core < chip.cores() && a.core_row >= 0 && a.core_column >= 0));
    REQUIRE((a.core_row + a.extent.rows <= chip.crossbar_rows &&
             a.core_column + a.extent.columns <= chip.crossbar_columns));
    for (size_t j = 0; j < i; ++j) {
      const Block& b = blocks[j];
      if (a.core != b.core) continue;
      const bool rows = apart(a.core_row, a.extent.rows, b.core_row, b.extent.rows);
      const bool columns = apart(a.core_column, a.extent.columns, b.core_column, b.extent.columns);
      REQUIRE(mode != PackingMode::none);
      REQUIRE((mode == PackingMode::disjoint || a.group == b.group ? rows && columns : rows || columns));
    }
  }
}

/// For each part of each layer's matrix, the replicas' ranges of output pixels follow each other from the
/// first pixel to the last.
inline void check_pixels(const Architecture& net, const std::vector<Block>& blocks) {
  std::map<std::pair<int, std::pair<int, int>>, std::pair<std::int64_t, int>> made;  // (next pixel, replica)
  for (const Block& block : blocks) {
    auto& [next, replica] = made[{block.node, {block.extent.row, block.extent.column}}];
    REQUIRE(block.first_product == next);
    REQUIRE(block.replica == replica);
    REQUIRE(block.products >= 1);
    next += block.products;
    ++replica;
  }
  for (const auto& [part, done] : made) REQUIRE(done.first == matrix_shape(net, part.first).products);
}

}  // namespace mho
