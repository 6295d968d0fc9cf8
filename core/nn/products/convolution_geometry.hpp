// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/graph/architecture.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {

/// The loop bounds of a convolution as the kernels see it. A dense layer is a 1x1 convolution of a 1x1 image
/// whose channels are its flattened input.
struct ConvolutionGeometry {
  Shape input;
  Shape output;
  int kernel_height = 1;
  int kernel_width = 1;
  int stride_height = 1;
  int stride_width = 1;
  Padding padding;
  int groups = 1;

  int group_inputs() const { return input.channels / groups; }
  int group_outputs() const { return output.channels / groups; }
  /// Rows of one group's weight matrix.
  int rows() const { return kernel_height * kernel_width * group_inputs(); }
  int padded_height() const { return input.height + padding.top + padding.bottom; }
  int padded_width() const { return input.width + padding.left + padding.right; }
  ImageLines input_lines() const { return {stride_height, padding.top, padding.top + input.height}; }
  bool is_padded() const { return padding != Padding{}; }
  /// One product an image, of inputs that lie side by side: a window on one pixel has its padding between
  /// them.
  bool is_dense() const {
    return input.height * input.width == 1 && output.height * output.width == 1 && !is_padded();
  }
  bool is_depthwise() const { return groups > 1 && groups == input.channels && groups == output.channels; }
};

/// The geometry of a Conv2d or Dense node; of a recurrent one given the states, a 1x1 convolution of steps.
ConvolutionGeometry geometry_of(const Architecture& architecture, int node);

/// Matrix rows [first, last) of one group as runs over the padded input image.
std::vector<RowRun> forward_runs(const ConvolutionGeometry& geometry, int group, int first, int last);

/// The gradient with respect to the input, cut by the stride into phases: the input pixels (row, column) with
/// row % stride_height == row0 and column % stride_width == column0 form one dense product over the
/// zero-padded output gradient. Only the pixels that the forward convolution touched get a product; a phase
/// without taps is zero.
struct BackwardPhase {
  int row0 = 0;  ///< first input row and column of the phase
  int column0 = 0;
  int height = 0;  ///< input pixels in the phase
  int width = 0;
  int taps_high = 0;  ///< kernel rows and columns that reach these pixels
  int taps_wide = 0;
  int gradient_row = 0;  ///< where the first tap of the first pixel reads, in the padded output gradient
  int gradient_column = 0;
  int first_kernel_row = 0;  ///< smallest kernel row and column that reaches the phase
  int first_kernel_column = 0;
};

struct BackwardGeometry {
  std::vector<BackwardPhase> phases;
  Padding margin;  ///< zeros around the output gradient
};

BackwardGeometry backward_geometry(const ConvolutionGeometry& geometry);

/// One group's runs over the padded output gradient for a phase; matrix rows run over (tap row, tap column,
/// output channel of the group).
std::vector<RowRun> backward_runs(const ConvolutionGeometry& geometry, const BackwardGeometry& backward,
                                  const BackwardPhase& phase, int group);
/// The same for a gradient held as one plane a channel: the inputs of a run are a plane apart.
std::vector<RowRun> planar_backward_runs(const ConvolutionGeometry& geometry,
                                         const BackwardGeometry& backward, const BackwardPhase& phase);

}  // namespace mho
