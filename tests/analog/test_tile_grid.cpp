// SPDX-License-Identifier: Apache-2.0
#include "core/analog/mapping/tile_grid.hpp"

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("Tiles cover every weight exactly once, whatever the sizes") {
  Random random(RandomKey(1));
  for (int round = 0; round < 200; ++round) {
    const int rows = random.integer(1, 70), columns = random.integer(1, 70);
    const int crossbar_rows = random.integer(1, 40), crossbar_columns = random.integer(1, 40);
    std::vector<int> covered(static_cast<size_t>(rows * columns), 0);
    const auto tiles = cut_into_tiles(rows, columns, crossbar_rows, crossbar_columns);
    for (const auto& tile : tiles) {
      REQUIRE((tile.rows >= 1 && tile.rows <= crossbar_rows));
      REQUIRE((tile.columns >= 1 && tile.columns <= crossbar_columns));
      REQUIRE((tile.row + tile.rows <= rows && tile.column + tile.columns <= columns));
      for (int r = tile.row; r < tile.row + tile.rows; ++r)
        for (int c = tile.column; c < tile.column + tile.columns; ++c)
          ++covered[static_cast<size_t>(r * columns + c)];
    }
    REQUIRE(std::count(covered.begin(), covered.end(), 1) == rows * columns);
    const int row_splits = (rows + crossbar_rows - 1) / crossbar_rows;
    const int column_splits = (columns + crossbar_columns - 1) / crossbar_columns;
    REQUIRE(static_cast<int>(tiles.size()) == row_splits * column_splits);
  }
}

TEST_CASE("Full crossbars come first, row split by row split") {
  const auto tiles = cut_into_tiles(600, 300, 256, 256);
  REQUIRE(tiles.size() == 6);
  CHECK((tiles[0].row == 0 && tiles[0].rows == 256 && tiles[0].column == 0 && tiles[0].columns == 256));
  CHECK((tiles[1].row == 0 && tiles[1].column == 256 && tiles[1].columns == 44));
  CHECK((tiles[5].row == 512 && tiles[5].rows == 88 && tiles[5].column == 256));
}

TEST_CASE("Empty matrices and crossbars are refused") {
  CHECK_THROWS_AS(cut_into_tiles(0, 3, 8, 8), MappingError);
  CHECK_THROWS_WITH(cut_into_tiles(3, 0, 8, 8), ContainsSubstring("got 3 x 0"));
  CHECK_THROWS_AS(cut_into_tiles(3, 3, 0, 8), MappingError);
  CHECK_THROWS_WITH(cut_into_tiles(3, 3, 8, -1), ContainsSubstring("crossbar size"));
  CHECK_THROWS_WITH(cut_into_tiles(3, 3, 8, -1), ContainsSubstring("got 8 x -1"));
}
