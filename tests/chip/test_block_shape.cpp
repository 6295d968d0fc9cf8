// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/block_shape.hpp"

#include "tests/catch.hpp"

using namespace mho;

namespace {

/// 5x4x2 -> 3x3, padded by one -> 5x4x3: a matrix of 18 rows.
CrossbarLayer convolution() {
  ConvolutionGeometry g;
  g.input = {5, 4, 2};
  g.output = {5, 4, 3};
  g.kernel_height = g.kernel_width = 3;
  g.padding = {1, 1, 1, 1};
  return {MatrixLayout(g, 0, RowSplit::dense), {}};
}

Block block_of(int row, int rows, std::int64_t first_product, std::int64_t products) {
  Block block;
  block.extent = {row, rows, 0, 3};
  block.first_product = first_product;
  block.products = products;
  return block;
}

}  // namespace

TEST_CASE("a block's products are the rest of a row of pixels, whole rows, and the begin of one") {
  const auto layer = convolution();
  const auto shape = block_shape(layer, block_of(0, 18, 3, 10), {18, 18, 1}, false, 0);
  REQUIRE(shape.pieces.size() == 3);
  const auto is = [&](size_t k, int row, int column, int height, int width) {
    const PixelPiece& p = shape.pieces[k];
    return p.row == row && p.column == column && p.height == height && p.width == width;
  };
  CHECK(is(0, 0, 3, 1, 1));
  CHECK(is(1, 1, 0, 2, 4));
  CHECK(is(2, 3, 0, 1, 1));
  CHECK(block_shape(layer, block_of(0, 18, 0, 20), {18, 18, 1}, false, 0).pieces.size() == 1);
  CHECK(block_shape(layer, block_of(0, 18, 5, 2), {18, 18, 1}, false, 0).pieces.size() == 1);
}

TEST_CASE("a block's rows are taken tap by tap, and its runs number them from 0") {
  const auto layer = convolution();
  const auto shape = block_shape(layer, block_of(3, 10, 0, 20), {18, 18, 1}, false, 0);
  int rows = 0;
  for (const TapRows& some : shape.taps) {
    for (int k = 0; k < some.count; ++k)
      CHECK(shape.rows[static_cast<size_t>(rows + k)] == some.tap * 2 + some.channel + k);
    rows += some.count;
  }
  CHECK(rows == 10);
  CHECK(shape.taps.front().channel == 1);  // row 3 is the second channel of tap 1
  int next = 0;
  for (const RowRun& run : shape.runs) {
    CHECK(run.row == next);
    next += run.length;
  }
  CHECK(next == 10);
}

TEST_CASE("channel-aligned rows lie tap by tap for fused products, channel by channel on the crossbar") {
  const auto layer = convolution();
  const RowCut cut{18, 9, 9};
  const auto fused = block_shape(layer, block_of(9, 9, 0, 20), cut, false, 0);
  const auto lying = block_shape(layer, block_of(9, 9, 0, 20), cut, true, 0);
  CHECK(fused.rows == std::vector{1, 3, 5, 7, 9, 11, 13, 15, 17});  // the second channel of each tap
  CHECK(lying.rows == fused.rows);                                  // one channel: both orders are the same
  CHECK(lying.runs.empty());
}

TEST_CASE("a recurrent block reads inputs, then states, however many of each") {
  const auto layer = convolution();
  const auto shape = block_shape(layer, block_of(1, 9, 0, 20), {18, 18, 1}, false, 3);
  REQUIRE(shape.taps.size() == 2);
  CHECK((shape.taps[0].tap == 0 && shape.taps[0].channel == 1 && shape.taps[0].count == 2));
  CHECK((shape.taps[1].tap == 1 && shape.taps[1].channel == 0 && shape.taps[1].count == 7));
}

TEST_CASE("a window's taps beyond the image read no pixel") {
  const auto layer = convolution();
  const ConvolutionGeometry& g = layer.layout.geometry();
  CHECK(input_pixel(g, 0, 0) == -1);
  CHECK(input_pixel(g, 0, 4) == 0);
  CHECK(input_pixel(g, 0, 8) == 5);
  CHECK(input_pixel(g, 3, 5) == -1);
  CHECK(input_pixel(g, 19, 7) == -1);
}
