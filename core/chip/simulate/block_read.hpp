// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/analog/tile/frozen_matrix.hpp"
#include "core/base/random.hpp"
#include "core/chip/simulate/block_shape.hpp"

namespace mho {

/// What a block reads and writes for some images, one after the other.
struct BlockCall {
  const float* x = nullptr;  ///< the layer's inputs: prepared where the block wants them so, else as they are
  int images = 1;
  std::uint32_t first_image = 0;  ///< what is drawn for image i depends on (key, first_image + i)
  RandomKey key{0};
  const float* bias = nullptr;  ///< of the block's columns; may be null
  bool accumulate = false;      ///< adds to what y holds: the partial sums of the row splits before
  float* y = nullptr;           ///< the block's first column in the first image's output
};

/// Memory that products of one thread use again and again.
struct BlockScratch {
  FloatBuffer vectors, sums;
};

/// One block at one moment: what its tile holds. Its products are the fused ones that scoring computes with,
/// on the block's own rows, columns and pixels; with effects that need whole input vectors, those of the
/// tile. An image's outputs are the same for any number of images a call. Immutable; calls may run side by
/// side.
class BlockRead {
 public:
  /// Both take conductances with rows in the order of `shape`, which must outlive this, and the full scale of
  /// the input converters.
  BlockRead(const BlockShape& shape, const MatrixRead& read, float input_range, float output_gain);
  BlockRead(const BlockShape& shape, FrozenMatrix tile);

  /// Whether inputs come prepared: through the DAC at input_range(), with their zero border.
  bool wants_prepared() const { return !tile_; }
  float input_range() const { return input_range_; }
  const BlockShape& shape() const { return *shape_; }

  /// All of the block's products of a convolution or dense layer; y is the layer's whole output.
  void forward(const BlockCall& call, BlockScratch& scratch) const;
  /// One product of a recurrent layer. x: [image][row], as they are; y: [image][column].
  void step(const BlockCall& call, std::int64_t step, BlockScratch& scratch) const;

 private:
  void convolve(const BlockCall& call) const;
  const float* sum_vectors(const BlockCall& call, std::ptrdiff_t x_step, BlockScratch& scratch) const;
  void multiply(const BlockCall& call, std::ptrdiff_t x_step, std::uint64_t key, std::ptrdiff_t y_step,
                BlockScratch& scratch) const;
  void multiply_vectors(const BlockCall& call, BlockScratch& scratch) const;
  MatrixProduct product_of(const BlockCall& call, const PixelPiece& piece) const;
  OutputStage stage_of(const BlockCall& call) const;

  const BlockShape* shape_;
  std::optional<FrozenMatrix> tile_;
  FloatBuffer weights_;        ///< of fused products: [row][weight_row(columns)]
  std::vector<float> scales_;  ///< of them, one a column
  float input_range_ = 0;
};

}  // namespace mho
