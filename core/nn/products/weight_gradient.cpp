// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/weight_gradient.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {

void WeightGradient::add(const std::vector<RowRun>* runs, const MatrixCall& call, const float* dy,
                         bool accumulate, float* packed) const {
  if (call.operand.gradients == Arithmetic::bfloat16) return add_pairs(*runs, call, dy, accumulate, packed);
  const auto& g = geometry_;
  const int step = layout_.images_at_once();
  float* planes = call.scratch + std::ptrdiff_t{1} * g.padded_height() * g.padded_width() * g.input.channels;
  MatrixGradient m = gradient_of_images();
  m.factor = call.operand.input_range > 0 ? call.operand.input_range : 1.0f;  // x is in units of it
  for (int i = 0; i < call.images; i += step) {
    MatrixCall chunk = call;
    chunk.x += i * layout_.input_size();
    chunk.images = std::min(step, call.images - i);
    m.x = inputs_.prepare_floats(chunk, call.operand.input_range);
    m.w = packed;
    m.accumulate = accumulate || i > 0;
    add_chunk(runs, dy + i * layout_.output_size(), chunk.images, planes, m);
  }
}

void WeightGradient::add_pairs(const std::vector<RowRun>& runs, const MatrixCall& call, const float* dy,
                               bool accumulate, float* packed) const {
  const auto& g = geometry_;
  const int step = g.is_dense() ? layout_.images_at_once() : 2;
  const float range = call.operand.input_range;
  const std::ptrdiff_t inputs = std::ptrdiff_t{1} * g.padded_height() * g.padded_width() * g.input.channels;
  float* gradients = call.scratch + (step / 2) * inputs;
  MatrixGradient m = gradient_of_images();
  m.factor = range > 0 ? range : 1.0f;
  if (settings_.converts(range)) m.factor /= settings_.dac_levels;
  m.x = call.scratch;
  m.g = gradients;
  m.w = packed;
  m.runs = runs.data();
  m.run_count = static_cast<int>(runs.size());
  for (int i = 0; i < call.images; i += step) {
    MatrixCall chunk = call;
    chunk.x += i * layout_.input_size();
    chunk.images = std::min(step, call.images - i);
    inputs_.pair_inputs(chunk, range, call.scratch);
    inputs_.pair_gradients(dy + i * layout_.output_size(), chunk.images, gradients);
    m.accumulate = accumulate || i > 0;
    if (g.is_dense()) m.width = (chunk.images + 1) / 2;
    bfloat16_kernels().gradient(m);
  }
}

MatrixGradient WeightGradient::gradient_of_images() const {
  const auto& g = geometry_;
  MatrixGradient m;
  m.w_row = padded_columns(g.group_outputs());
  m.x_row = std::ptrdiff_t{1} * g.stride_height * g.padded_width() * g.input.channels;
  m.x_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  m.g_row = std::ptrdiff_t{1} * g.output.width * g.output.channels;
  m.g_pixel = g.output.channels;
  m.height = g.output.height;
  m.width = g.output.width;
  m.columns = g.group_outputs();
  m.lines = g.input_lines();
  return m;
}

void WeightGradient::add_chunk(const std::vector<RowRun>* runs, const float* dy, int images, float* planes,
                               MatrixGradient m) const {
  const auto& g = geometry_;
  const int outputs = g.group_outputs();
  m.g = dy;
  if (g.is_dense()) m.width = images;
  if (layout_.takes_gradient_planes()) {
    inputs_.prepare_gradient_planes(dy, planes);
    m.g = planes;
    m.g_pixel = m.height = 1;
    m.lines = {};
    m.g_step = m.width = static_cast<int>(layout_.gradient_plane());
  }
  for (int group = 0; group < g.groups; ++group) {
    m.runs = runs[group].data();
    m.run_count = static_cast<int>(runs[group].size());
    kernels().gradient(m);
    m.g += outputs;
    m.w += std::int64_t{1} * g.rows() * m.w_row;
  }
}

}  // namespace mho
