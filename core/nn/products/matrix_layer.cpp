// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/matrix_layer.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {

namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

}  // namespace

MatrixLayer::MatrixLayer(const Architecture& architecture, int node, const MvmSettings& settings)
    : geometry_(geometry_of(architecture, node)),
      backward_(backward_geometry(geometry_)),
      settings_(settings) {
  const int rows = geometry_.rows(), step = settings_.crossbar_rows > 0 ? settings_.crossbar_rows : rows;
  for (int first = 0; first < rows; first += step)
    for (int g = 0; g < geometry_.groups; ++g)
      forward_runs_.push_back(forward_runs(geometry_, g, first, std::min(rows, first + step)));
  int pair_row = 0;
  for (const auto& runs : forward_runs_) {
    pair_runs_.emplace_back();
    for (const auto& run : runs) {
      pair_runs_.back().push_back({run.offset, pair_row, (run.length + 1) / 2, run.line});
      pair_row += (run.length + 1) / 2;
    }
  }
  for (int g = 0; g < geometry_.groups; ++g) gradient_runs_.push_back(forward_runs(geometry_, g, 0, rows));
  for (const auto& phase : backward_.phases)
    for (int g = 0; g < geometry_.groups; ++g)
      backward_runs_.push_back(takes_planes() ? planar_backward_runs(geometry_, backward_, phase)
                                              : backward_runs(geometry_, backward_, phase, g));
}

std::size_t MatrixLayer::packed_size() const {
  return index(std::int64_t{1} * geometry_.groups * geometry_.rows() *
               weight_row(geometry_.group_outputs())) +
         kernel_slack();
}

std::size_t MatrixLayer::scratch_size() const {
  const auto& g = geometry_;
  const int images = g.is_dense() ? kDenseImages : 1;
  const std::int64_t input = std::int64_t{images} * g.padded_height() * g.padded_width() * g.input.channels;
  const std::int64_t gradient =
      std::int64_t{1} * padded_gradient_height() * padded_gradient_width() * g.output.channels;
  const std::int64_t planes = takes_gradient_planes() ? gradient_plane() * g.output.channels : 0;
  return index(std::max(input + planes, gradient)) + kernel_slack();
}

MatrixProduct MatrixLayer::part_product(const MatrixOperand& operand, const float* x, int pixels,
                                        std::uint64_t key, int image, size_t part, float* y) const {
  const auto& g = geometry_;
  const int outputs = g.group_outputs(), width = weight_row(outputs);
  const bool pairs = !operand.pairs.empty();
  const int group = static_cast<int>(part) % g.groups;
  MatrixProduct m;
  m.x = x;
  m.x_row = std::ptrdiff_t{1} * g.stride_height * g.padded_width() * g.input.channels;
  m.x_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  const auto& runs = (pairs ? pair_runs_ : forward_runs_)[part];
  m.runs = runs.data();
  m.run_count = static_cast<int>(runs.size());
  m.lines = g.input_lines();
  m.w = pairs ? operand.pairs.data() : operand.forward.data() + std::int64_t{group} * g.rows() * width;
  m.w_row = width;
  m.y = y + group * outputs;
  m.y_row = std::ptrdiff_t{1} * g.output.width * g.output.channels;
  m.y_pixel = g.output.channels;
  m.height = g.output.height;
  m.width = g.is_dense() ? pixels : g.output.width;
  m.columns = outputs;
  if (!operand.scales.empty()) {
    m.stage.noise = settings_.output_noise;
    m.stage.key = key + static_cast<std::uint64_t>(part);
    m.stage.stream = static_cast<std::uint32_t>(image);
  }
  return m;
}

void MatrixLayer::forward_part(const MatrixOperand& operand, const float* bias, const float* x, int pixels,
                               std::uint64_t key, int image, size_t part, float* y) const {
  const auto& g = geometry_;
  const int split = static_cast<int>(part) / g.groups,
            first = static_cast<int>(part) % g.groups * g.group_outputs();
  MatrixProduct m = part_product(operand, x, pixels, key, image, part, y);
  m.stage.accumulate = split > 0;
  if (bias && split == 0) m.stage.bias = bias + first;
  if (!operand.scales.empty()) {
    m.stage.scale = operand.scales.data() + std::int64_t{split} * columns() + first;
    m.stage.adc_step = operand.has_adc ? settings_.adc_step : 0;
    m.stage.adc_limit = settings_.adc_limit;
  }
  (operand.pairs.empty() ? kernels().product : bfloat16_kernels()->product)(m);
}

void MatrixLayer::forward_some(const MatrixOperand& operand, const float* bias, const float* x, int images,
                               std::uint64_t key, int image, float* scratch, float* y) const {
  const auto& ranges = operand.split_ranges;
  const float* in = nullptr;
  for (size_t part = 0; part < forward_runs_.size(); ++part) {
    const size_t split = part / index(geometry_.groups);
    if (part == 0 || (!ranges.empty() && ranges[split] != ranges[split - 1]))
      in = prepare_input(operand, ranges.empty() ? operand.input_range : ranges[split], x,
                         images * input_size(), scratch);
    forward_part(operand, bias, in, images, key, image, part, y);
  }
}

void MatrixLayer::forward(const MatrixOperand& operand, const float* bias, const float* x, int images,
                          std::uint64_t key, int first_image, float* scratch, float* y) const {
  if (operand.product) return forward_vectors(*operand.product, bias, x, images, key, first_image, y);
  const int step =
      geometry_.is_dense() ? kDenseImages : 1;  // a dense layer's images are the pixels of one product
  for (int i = 0; i < images; i += step)
    forward_some(operand, bias, x + i * input_size(), std::min(step, images - i), key, first_image + i,
                 scratch, y + i * output_size());
}

void MatrixLayer::backward_one(const float* w, const float* dy, int pixels, bool accumulate,
                               float* dx) const {
  const auto& g = geometry_;
  const int inputs = g.group_inputs(), width = weight_row(inputs);
  const bool planes = takes_planes();
  const int pixel = planes ? 1 : g.output.channels;
  for (size_t p = 0; p < backward_.phases.size(); ++p) {
    const auto& phase = backward_.phases[p];
    const int taps = phase.taps_high * phase.taps_wide;
    for (int group = 0; group < g.groups; ++group) {
      const auto& runs = backward_runs_[p * index(g.groups) + index(group)];
      if (taps == 0 && accumulate) continue;
      MatrixProduct m;
      m.x_row = std::ptrdiff_t{1} * padded_gradient_width() * pixel;
      m.x = taps == 0 ? dy : dy + phase.gradient_row * m.x_row + phase.gradient_column * pixel;
      m.x_pixel = pixel;
      if (planes) m.x_step = m.x_row * padded_gradient_height();
      m.runs = runs.data();
      m.run_count = static_cast<int>(runs.size());
      m.lines.first = backward_.margin.top - phase.gradient_row;
      m.lines.end = m.lines.first + g.output.height;
      m.w = w;
      m.w_row = width;
      m.y = dx + (std::ptrdiff_t{1} * phase.row0 * g.input.width + phase.column0) * g.input.channels +
            group * inputs;
      m.y_row = std::ptrdiff_t{1} * g.stride_height * g.input.width * g.input.channels;
      m.y_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
      m.height = phase.height;
      m.width = g.is_dense() ? pixels : phase.width;
      m.columns = inputs;
      m.stage.accumulate = accumulate;
      kernels().product(m);
      w += std::int64_t{taps} * g.group_outputs() * width;
    }
  }
}

void MatrixLayer::backward(const MatrixOperand& operand, const float* dy, int images, bool accumulate,
                           float* scratch, float* dx, int first_image) const {
  if (operand.product && operand.product->has_backward())
    return backward_vectors(*operand.product, dy, images, accumulate, first_image, dx);
  backward_with(operand.backward.data(), dy, images, accumulate, scratch, dx);
}

void MatrixLayer::backward_with(const float* weights, const float* dy, int images, bool accumulate,
                                float* scratch, float* dx) const {
  if (geometry_.is_dense()) return backward_one(weights, dy, images, accumulate, dx);
  for (int i = 0; i < images; ++i) {
    const float* own = dy + i * output_size();
    const float* in = takes_planes() ? prepare_planes(own, scratch) : prepare_gradient(own, scratch);
    backward_one(weights, in, 1, accumulate, dx + i * input_size());
  }
}

}  // namespace mho
