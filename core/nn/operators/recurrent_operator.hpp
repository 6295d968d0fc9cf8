// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/operators/operator.hpp"
#include "core/nn/operators/recurrent_cell.hpp"
#include "core/nn/products/matrix_layer.hpp"

namespace mho {

/// A block of a matrix whose weights are none: they stay zero. Columns count within a unit.
struct BlankBlock {
  int first_row = 0;
  int rows = 0;
  int column = 0;
};

/// A layer whose matrix reads a step of its input beside its own state of the step before, and a cell that
/// makes the next state of the sums; T x 1 x inputs -> T x 1 x units, from states of zero, or from those
/// and the cells of the window before (ForwardCall::start). All images of a
/// call go through time together. Given the states, the matrix is a 1x1 convolution over the T vectors
/// (input, state before): `matrix()`. Forward keeps gates and cells for backward. Gradients are exact through
/// time (no truncation), and pass converters as a MatrixOperator's.
class RecurrentOperator final : public Operator {
 public:
  RecurrentOperator(const OperatorSite& site, const RecurrentCell& cell, std::vector<BlankBlock> blank);

  std::size_t scratch_size() const override;
  const MatrixLayer* matrix() const override { return &layer_; }
  void matrix_inputs(const float* x, const float* y, int images, float* vectors) const override;
  std::int64_t carried_size() const override { return 2 * std::int64_t{units_}; }
  std::int64_t kept_size() const override;
  bool sums_bias_gradient() const override { return true; }
  void forward(const ForwardCall& call) const override;
  void backward(const BackwardCall& call) const override;

  /// Of the images of a call that go together: as many as scratch of about 8 MiB has room for.
  int images_at_once() const { return images_at_once_; }

 private:
  struct Buffers;
  struct Chunk;
  Buffers buffers_in(float* scratch) const;
  void gather(const Chunk& chunk, int t, float* vectors) const;
  void begin(const Chunk& chunk, int behind, float* values) const;
  const float* start_of(const float* all, int image) const {
    return all ? all + image * carried_size() : nullptr;
  }
  MatrixCall call_of(const Chunk& chunk, int t, const float* vectors) const;
  void keep(const Buffers& buffers, int t, int images, float* kept) const;
  void recall_cells(const Chunk& chunk, int t, float* cells) const;
  void go_back(const BackwardCall& call, const Chunk& chunk, Buffers buffers) const;
  void pass_back(const BackwardCall& call, const Chunk& chunk, int t, const Buffers& buffers) const;
  void clip_back(const BackwardCall& call, const MatrixCall& own, const Buffers& buffers) const;
  void add_weight_gradient(const BackwardCall& call, const Chunk& chunk, const Buffers& buffers) const;
  void clear_blank(float* packed) const;

  const RecurrentCell& cell_;
  std::vector<BlankBlock> blank_;
  MatrixLayer layer_;  ///< all steps at once
  MatrixLayer step_;   ///< one step
  int steps_, inputs_, units_, images_at_once_;
};

}  // namespace mho
