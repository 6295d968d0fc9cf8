// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/row_cut.hpp"
#include "core/nn/products/convolution_geometry.hpp"

namespace mho {

/// How the matrix of a layer is cut into row splits, and the runs in which its products walk over images.
/// Immutable.
class MatrixLayout {
 public:
  /// Partial sums of `crossbar_rows` rows, cut as `row_split` says, are kept apart; 0: no split.
  MatrixLayout(const ConvolutionGeometry& geometry, int crossbar_rows, RowSplit row_split);

  const ConvolutionGeometry& geometry() const { return geometry_; }
  const BackwardGeometry& backward_geometry() const { return backward_; }
  int columns() const { return geometry_.output.channels; }
  std::int64_t input_size() const { return geometry_.input.size(); }
  std::int64_t output_size() const { return geometry_.output.size(); }
  const RowCut& row_cut() const { return cut_; }  ///< of a group's matrix
  int row_splits() const { return cut_.splits(); }
  /// The rows of all splits.
  const std::vector<RowCut::Run>& cut_runs() const { return cut_runs_; }

  /// Row splits x groups: part = split * groups + group.
  std::size_t parts() const { return forward_runs_.size(); }
  const std::vector<RowRun>& forward_runs(std::size_t part) const { return forward_runs_[part]; }
  /// The same in pairs of rows, for bfloat16.
  const std::vector<RowRun>& pair_runs(std::size_t part) const { return pair_runs_[part]; }
  int pair_rows() const { return pair_rows_; }  ///< of all parts
  /// All rows, or those of one split: [group].
  const std::vector<RowRun>* gradient_runs() const { return gradient_runs_.data(); }
  const std::vector<RowRun>* split_runs(int split) const {
    return forward_runs_.data() + split * geometry_.groups;
  }
  const std::vector<RowRun>& backward_runs(std::size_t phase, int group) const {
    return backward_runs_[phase * static_cast<std::size_t>(geometry_.groups) +
                          static_cast<std::size_t>(group)];
  }
  /// The first group's in pairs of rows. A phase's rows begin where they do in backward_runs.
  const std::vector<RowRun>& backward_pair_runs(std::size_t phase) const {
    return backward_pair_runs_[phase];
  }

  std::size_t packed_size() const;   ///< floats of packed weights and of a weight gradient
  std::size_t scratch_size() const;  ///< floats of scratch that every product needs
  /// Images that a product takes at once: those of a dense layer are its pixels.
  int images_at_once() const { return geometry_.is_dense() ? dense_images : 1; }

  /// Whether the input's gradient takes the output gradient as planes: so few inputs that lanes are better
  /// pixels.
  bool takes_planes() const;
  /// Of an output gradient with its border.
  int padded_gradient_width() const;
  int padded_gradient_height() const;
  /// Whether the weights' gradient takes planes: one input channel and so few outputs that lanes are better
  /// pixels.
  bool takes_gradient_planes() const;
  /// Whether a forward product in bfloat16 takes every input with its right neighbour as a slot: lanes are
  /// better pixels, and one channel has no other pairs.
  bool takes_neighbours() const { return takes_gradient_planes(); }
  /// Floats of one such plane. Rows are as long as the input's, so that an image is one row of pixels on both
  /// sides.
  std::ptrdiff_t gradient_plane() const;

 private:
  /// Enough to reuse each weight from registers, few enough for the scratch.
  static constexpr int dense_images = 64;

  ConvolutionGeometry geometry_;
  BackwardGeometry backward_;
  RowCut cut_;
  std::vector<RowCut::Run> cut_runs_;
  std::vector<std::vector<RowRun>> forward_runs_;        ///< [part]
  std::vector<std::vector<RowRun>> pair_runs_;           ///< [part]
  std::vector<std::vector<RowRun>> gradient_runs_;       ///< [group], unsplit
  std::vector<std::vector<RowRun>> backward_runs_;       ///< [phase * groups + group]
  std::vector<std::vector<RowRun>> backward_pair_runs_;  ///< [phase]
  int pair_rows_ = 0;
};

}  // namespace mho
