// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/row_cut.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "core/nn/products/matrix_layout.hpp"
#include "core/nn/products/matrix_operand.hpp"

namespace mho {

/// How the inputs of a crossbar layer lie, and its converters.
struct CrossbarLayer {
  MatrixLayout layout;
  MvmSettings settings;
};

/// Rows of a block that follow each other in its input vectors and in what they read: channels [channel,
/// channel + count) of a tap of the window. Of a recurrent layer tap 0 are inputs and tap 1 states.
struct TapRows {
  int tap = 0;
  int channel = 0;
  int count = 0;
};

/// Output pixels of a block: `height` rows of `width` from (row, column) on.
struct PixelPiece {
  int row = 0;
  int column = 0;
  int height = 1;
  int width = 1;
};

/// What a block's products read and make: the same at every moment of the chip.
struct BlockShape {
  const CrossbarLayer* layer = nullptr;
  int columns = 0;
  std::int64_t first_product = 0, products = 0;  ///< output pixels
  std::vector<int> rows;                         ///< of the layer's matrix, in the order of the tile's
  std::vector<TapRows> taps;                     ///< of these
  std::vector<RowRun> runs;  ///< of fused products over prepared inputs; of a recurrent layer over a vector
  std::vector<PixelPiece> pieces;  ///< the products

  const ConvolutionGeometry& geometry() const { return layer->layout.geometry(); }
};

/// With `as_they_lie` the tile's rows are in the order of the crossbar's, for effects that depend on where a
/// row lies; else in that of the matrix, in which the engine's fused products add up. `recurrent_inputs`: of
/// a recurrent layer, the inputs of a step; else 0.
BlockShape block_shape(const CrossbarLayer& layer, const Block& block, const RowCut& cut, bool as_they_lie,
                       int recurrent_inputs);

/// The pixel of the input that a tap of an output pixel's window reads; -1: padding.
std::int64_t input_pixel(const ConvolutionGeometry& geometry, std::int64_t pixel, int tap);

}  // namespace mho
