// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/input_gradient.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {

void InputGradient::run(const float* weights, const MatrixCall& call, const float* dy, bool accumulate,
                        float* dx) const {
  const bool pairs = call.operand.backward_in_pairs;
  const int step = layout_.images_at_once();
  for (int i = 0; i < call.images; i += step) {
    const int images = std::min(step, call.images - i);
    const float* in = dy + i * layout_.output_size();
    if (pairs)
      in = inputs_.round_gradient(in, images, call.scratch);
    else if (!geometry_.is_dense())
      in = inputs_.prepare_gradient(in, call.scratch);
    run_prepared({weights, in, images, pairs}, accumulate, dx + i * layout_.input_size());
  }
}

void InputGradient::run_prepared(const Prepared& prepared, bool accumulate, float* dx) const {
  const auto& g = geometry_;
  const auto& phases = layout_.backward_geometry().phases;
  const auto product = prepared.pairs ? bfloat16_kernels().product : kernels().product;
  const int width = weight_row(g.group_inputs());
  const float* w = prepared.weights;
  for (std::size_t p = 0; p < phases.size(); ++p) {
    const int taps = phases[p].taps_high * phases[p].taps_wide;
    for (int group = 0; group < g.groups; ++group) {
      if (taps == 0 && accumulate) continue;
      MatrixProduct m = product_of(p, group, prepared, dx);
      m.w = w;
      m.w_row = width;
      m.stage.accumulate = accumulate;
      product(m);
      w += std::int64_t{taps} * g.group_outputs() * width;
    }
  }
}

MatrixProduct InputGradient::product_of(std::size_t p, int group, const Prepared& prepared, float* dx) const {
  const auto& g = geometry_;
  const auto& phase = layout_.backward_geometry().phases[p];
  const auto& runs = prepared.pairs ? layout_.backward_pair_runs(p) : layout_.backward_runs(p, group);
  const int inputs = g.group_inputs(), taps = phase.taps_high * phase.taps_wide;
  const bool planes = layout_.takes_planes();
  const int pixel = !planes ? g.output.channels : prepared.pairs ? 2 : 1;  // elements
  MatrixProduct m;
  m.x_row = std::ptrdiff_t{1} * layout_.padded_gradient_width() * pixel;
  const std::ptrdiff_t first = taps == 0 ? 0 : phase.gradient_row * m.x_row + phase.gradient_column * pixel;
  m.x = prepared.pairs
            ? reinterpret_cast<const float*>(reinterpret_cast<const std::uint16_t*>(prepared.dy) + first)
            : prepared.dy + first;
  m.x_pixel = pixel;
  if (planes)
    m.x_step = std::ptrdiff_t{1} * layout_.padded_gradient_width() * layout_.padded_gradient_height();
  m.runs = runs.data();
  m.run_count = static_cast<int>(runs.size());
  m.lines.first = layout_.backward_geometry().margin.top - phase.gradient_row;
  m.lines.end = m.lines.first + g.output.height;
  m.y = dx + (std::ptrdiff_t{1} * phase.row0 * g.input.width + phase.column0) * g.input.channels +
        group * inputs;
  m.y_row = std::ptrdiff_t{1} * g.stride_height * g.input.width * g.input.channels;
  m.y_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  m.height = phase.height;
  m.width = g.is_dense() ? prepared.images : phase.width;
  m.columns = inputs;
  return m;
}

}  // namespace mho
