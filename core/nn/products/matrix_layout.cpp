// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/matrix_layout.hpp"

#include <algorithm>

#include "core/base/aligned.hpp"

namespace mho {
namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

/// Input channels up to which the gradient of a convolution's input leaves half a vector of columns empty.
constexpr int few_inputs = 8;
/// Output channels up to which the gradient of a convolution of one channel does.
constexpr int few_outputs = 8;

/// The same runs in pairs of rows, numbered from `row` on. Offsets count bfloat16 elements: one for a float
/// of an image, two in planes of pairs.
std::vector<RowRun> pairs_of(const std::vector<RowRun>& runs, int elements, int& row) {
  std::vector<RowRun> pairs;
  for (const auto& run : runs) {
    const int length = (run.length + 1) / 2;
    pairs.push_back({run.offset * elements, row, length, run.line});
    row += length;
  }
  return pairs;
}

}  // namespace

MatrixLayout::MatrixLayout(const ConvolutionGeometry& geometry, int crossbar_rows, RowSplit row_split)
    : geometry_(geometry),
      backward_(mho::backward_geometry(geometry)),
      cut_(cut_rows(row_split, geometry.rows(), geometry.kernel_height * geometry.kernel_width,
                    crossbar_rows > 0 ? crossbar_rows : geometry.rows())),
      cut_runs_(cut_.runs()),
      forward_runs_(index(std::int64_t{cut_.splits()} * geometry.groups)) {
  for (const RowCut::Run& part : cut_runs_)
    for (int g = 0; g < geometry_.groups; ++g)
      for (const RowRun& run : mho::forward_runs(geometry_, g, part.first, part.first + part.count))
        forward_runs_[index(std::int64_t{part.split} * geometry_.groups + g)].push_back(run);
  for (const auto& runs : forward_runs_)
    pair_runs_.push_back(pairs_of(runs, takes_neighbours() ? 2 : 1, pair_rows_));
  for (int g = 0; g < geometry_.groups; ++g)
    gradient_runs_.push_back(mho::forward_runs(geometry_, g, 0, geometry_.rows()));
  for (const auto& phase : backward_.phases)
    for (int g = 0; g < geometry_.groups; ++g)
      backward_runs_.push_back(takes_planes() ? planar_backward_runs(geometry_, backward_, phase)
                                              : mho::backward_runs(geometry_, backward_, phase, g));
  for (size_t phase = 0; phase < backward_.phases.size(); ++phase) {
    int row = 0;
    backward_pair_runs_.push_back(pairs_of(backward_runs(phase, 0), takes_planes() ? 2 : 1, row));
  }
}

std::size_t MatrixLayout::packed_size() const {
  return index(std::int64_t{1} * geometry_.groups * geometry_.rows() *
               weight_row(geometry_.group_outputs())) +
         kernel_slack();
}

std::size_t MatrixLayout::scratch_size() const {
  const auto& g = geometry_;
  const std::int64_t input =
      std::int64_t{images_at_once()} * g.padded_height() * g.padded_width() * g.input.channels;
  const std::int64_t gradient =
      std::int64_t{1} * padded_gradient_height() * padded_gradient_width() * g.output.channels;
  const std::int64_t planes = takes_gradient_planes() ? gradient_plane() * g.output.channels : 0;
  const std::int64_t pairs = (images_at_once() + 1) / 2 * g.output.size();  // for the weights' gradient
  return index(std::max(input + std::max(planes, pairs), gradient)) + kernel_slack();
}

bool MatrixLayout::takes_planes() const {
  return geometry_.groups == 1 && !geometry_.is_dense() && geometry_.input.channels <= few_inputs;
}

int MatrixLayout::padded_gradient_width() const {
  return geometry_.output.width + backward_.margin.left + backward_.margin.right;
}

int MatrixLayout::padded_gradient_height() const {
  return geometry_.output.height + backward_.margin.top + backward_.margin.bottom;
}

bool MatrixLayout::takes_gradient_planes() const {
  const auto& g = geometry_;
  return !g.is_dense() && g.input.channels == 1 && g.stride_width == 1 && g.output.channels <= few_outputs;
}

std::ptrdiff_t MatrixLayout::gradient_plane() const {
  const auto& g = geometry_;
  return std::ptrdiff_t{g.output.height - 1} * g.stride_height * g.padded_width() + g.output.width;
}

}  // namespace mho
