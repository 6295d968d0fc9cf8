// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/convolution_geometry.hpp"

#include <algorithm>
#include <tuple>

namespace mho {

ConvolutionGeometry geometry_of(const Architecture& architecture, int index) {
  const Node& node = architecture.nodes()[static_cast<size_t>(index)];
  const Shape input = architecture.nodes()[static_cast<size_t>(node.inputs.front())].shape;
  const Window& window = node.on_chip.window;
  ConvolutionGeometry g;
  g.output = node.shape;
  if (node.on_chip.flattens) {
    g.input = {1, 1, static_cast<int>(input.size())};
    return g;
  }
  g.input = input;
  g.kernel_height = window.height;
  g.kernel_width = window.width;
  g.stride_height = window.stride_height;
  g.stride_width = window.stride_width;
  g.padding = window.padding;
  g.groups = node.matrix.groups;
  const bool pointwise = window.height == 1 && window.width == 1 && window.stride_height == 1 &&
                         window.stride_width == 1 && !g.is_padded();
  if (pointwise) {  // its pixels need no neighbours: one long row makes full tiles of them
    g.input = {1, input.height * input.width, node.matrix.rows * g.groups};
    g.output = {1, node.shape.height * node.shape.width, node.matrix.columns * g.groups};
  }
  return g;
}

namespace {

/// Appends `length` rows that follow each other in memory and in the matrix, joining them to the last run of
/// the same image row if they can.
void append(std::vector<RowRun>& runs, int offset, int row, int length, int line) {
  if (length <= 0) return;
  if (!runs.empty()) {
    RowRun& last = runs.back();
    if (last.offset + last.length == offset && last.row + last.length == row && last.line == line) {
      last.length += length;
      return;
    }
  }
  runs.push_back({offset, row, length, line});
}

}  // namespace

std::vector<RowRun> forward_runs(const ConvolutionGeometry& g, int group, int first, int last) {
  std::vector<RowRun> runs;
  const int channels = g.group_inputs();
  for (int tap = 0; tap < g.kernel_height * g.kernel_width; ++tap) {
    const int begin = std::max(first, tap * channels), end = std::min(last, (tap + 1) * channels);
    const int pixel = (tap / g.kernel_width) * g.padded_width() + tap % g.kernel_width;
    const int offset = pixel * g.input.channels + group * channels + (begin - tap * channels);
    append(runs, offset, begin, end - begin, tap / g.kernel_width);
  }
  return runs;
}

namespace {

/// One axis of the backward phases: input index i is reached by kernel index k and output index q when
/// i + padding = q * stride + k.
struct AxisPhase {
  int first = 0;  ///< input index
  int count = 0;
  int taps = 0;
  int first_kernel = 0;
  int first_output =
      0;  ///< output index that the last tap (largest k) of the first pixel reads; may be negative
};

std::vector<AxisPhase> axis_phases(int input, int kernel, int stride, int padding) {
  std::vector<AxisPhase> phases;
  for (int first = 0; first < std::min(stride, input); ++first) {
    AxisPhase phase;
    phase.first = first;
    phase.count = (input - first + stride - 1) / stride;
    phase.first_kernel = (first + padding) % stride;
    phase.taps = phase.first_kernel < kernel ? (kernel - phase.first_kernel + stride - 1) / stride : 0;
    phase.first_output = (first + padding) / stride - (phase.taps - 1);
    phases.push_back(phase);
  }
  return phases;
}

/// Zeros that the phases read before index 0 and after the last output index.
std::pair<int, int> margins(const std::vector<AxisPhase>& phases, int outputs) {
  int before = 0, after = 0;
  for (const auto& phase : phases) {
    if (phase.taps == 0) continue;
    before = std::max(before, -phase.first_output);
    after = std::max(after, phase.first_output + phase.count + phase.taps - 2 - (outputs - 1));
  }
  return {before, after};
}

}  // namespace

BackwardGeometry backward_geometry(const ConvolutionGeometry& g) {
  const auto rows = axis_phases(g.input.height, g.kernel_height, g.stride_height, g.padding.top);
  const auto columns = axis_phases(g.input.width, g.kernel_width, g.stride_width, g.padding.left);
  BackwardGeometry backward;
  std::tie(backward.margin.top, backward.margin.bottom) = margins(rows, g.output.height);
  std::tie(backward.margin.left, backward.margin.right) = margins(columns, g.output.width);
  for (const auto& row : rows)
    for (const auto& column : columns) {
      BackwardPhase phase{row.first,
                          column.first,
                          row.count,
                          column.count,
                          row.taps,
                          column.taps,
                          row.first_output + backward.margin.top,
                          column.first_output + backward.margin.left,
                          row.first_kernel,
                          column.first_kernel};
      if (phase.taps_high == 0 || phase.taps_wide == 0) phase.taps_high = phase.taps_wide = 0;
      backward.phases.push_back(phase);
    }
  return backward;
}

std::vector<RowRun> backward_runs(const ConvolutionGeometry& g, const BackwardGeometry& backward,
                                  const BackwardPhase& phase, int group) {
  std::vector<RowRun> runs;
  const int channels = g.group_outputs();
  const int padded_width = g.output.width + backward.margin.left + backward.margin.right;
  for (int a = 0; a < phase.taps_high; ++a)
    for (int b = 0; b < phase.taps_wide; ++b)
      append(runs, (a * padded_width + b) * g.output.channels + group * channels,
             (a * phase.taps_wide + b) * channels, channels, a);
  return runs;
}

std::vector<RowRun> planar_backward_runs(const ConvolutionGeometry& g, const BackwardGeometry& backward,
                                         const BackwardPhase& phase) {
  std::vector<RowRun> runs;
  const int channels = g.output.channels;
  const int padded_width = g.output.width + backward.margin.left + backward.margin.right;
  for (int a = 0; a < phase.taps_high; ++a)
    for (int b = 0; b < phase.taps_wide; ++b)
      runs.push_back({a * padded_width + b, (a * phase.taps_wide + b) * channels, channels, a});
  return runs;
}

}  // namespace mho
