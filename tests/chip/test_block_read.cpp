// SPDX-License-Identifier: Apache-2.0
// A block's fused products against those of its tile.
#include "core/chip/simulate/block_read.hpp"

#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// 4x5x2 -> 2x2, without padding -> 3x4x6, of which the block makes columns 1 to 3.
CrossbarLayer convolution() {
  ConvolutionGeometry g;
  g.input = {4, 5, 2};
  g.output = {3, 4, 6};
  g.kernel_height = g.kernel_width = 2;
  return {MatrixLayout(g, 0, RowSplit::dense), {}};
}

FloatBuffer drawn(size_t count, Purpose what) {
  FloatBuffer values(count + kernel_slack());
  fill_normal(RandomKey(3).with(what), std::span<float>(values.data(), count));
  return values;
}

}  // namespace

TEST_CASE("fused products of a block are those of its tile, on the block's own rows, columns and pixels") {
  const auto layer = convolution();
  Block block;
  block.extent = {2, 5, 1, 3};
  block.first_product = 2;
  block.products = 7;
  const auto shape = block_shape(layer, block, {8, 8, 1}, false, 0);
  const auto weights = drawn(15, "weights");
  const MatrixRead read{{weights.begin(), weights.begin() + 15}, {0.5F, 1.0F, 2.0F}};
  HardwareConfig ideal;
  ideal.dac_bits = ideal.adc_bits = 0;
  ideal.output_noise = 0;
  const BlockRead fused(shape, read, 0, 1);
  const BlockRead tiled(shape, FrozenMatrix(read, 5, 3, ideal, {0}, RandomKey(1)));
  CHECK(fused.wants_prepared());
  CHECK(!tiled.wants_prepared());
  const auto x = drawn(2 * 40, "images"), before = drawn(2 * 72, "sums");
  const float bias[] = {1, 2, 3};
  for (const bool accumulate : {false, true}) {
    auto a = before, b = before;
    BlockCall call{.x = x.data(), .images = 2, .accumulate = accumulate};
    if (!accumulate) call.bias = bias;
    BlockScratch scratch;
    call.y = a.data() + 1;
    fused.forward(call, scratch);
    call.y = b.data() + 1;
    tiled.forward(call, scratch);
    for (size_t i = 0; i < 2 * 72; ++i) {
      CHECK(a[i] == Approx(b[i]).margin(1e-5));
      const bool own = i % 6 >= 1 && i % 6 < 4 && i / 6 % 12 >= 2 && i / 6 % 12 < 9;
      CHECK((a[i] == before[i]) == !own);  // nothing else was written
    }
  }
}

TEST_CASE("a recurrent block's steps are the products of its tile") {
  const auto layer = convolution();
  Block block;
  block.extent = {0, 5, 0, 4};
  const auto shape = block_shape(layer, block, {8, 8, 1}, false, 2);
  const auto weights = drawn(20, "weights"), x = drawn(3 * 5, "vectors");
  const MatrixRead read{{weights.begin(), weights.begin() + 20}, {1, 1, 1, 1}};
  HardwareConfig ideal;
  ideal.dac_bits = ideal.adc_bits = 0;
  ideal.output_noise = 0;
  BlockScratch scratch;
  FloatBuffer a(12 + kernel_slack()), b(12 + kernel_slack());
  BlockRead(shape, read, 0, 1).step({.x = x.data(), .images = 3, .y = a.data()}, 1, scratch);
  BlockRead(shape, FrozenMatrix(read, 5, 4, ideal, {0}, RandomKey(1)))
      .step({.x = x.data(), .images = 3, .y = b.data()}, 1, scratch);
  for (size_t i = 0; i < 12; ++i) CHECK(a[i] == Approx(b[i]).margin(1e-5));
}
