// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/input_gradient.hpp"

namespace mho {

void InputGradient::run(const float* weights, const MatrixCall& call, const float* dy, bool accumulate,
                        float* dx) const {
  if (geometry_.is_dense()) return run_prepared(weights, dy, call.images, accumulate, dx);
  for (int i = 0; i < call.images; ++i) {
    const float* in = inputs_.prepare_gradient(dy + i * layout_.output_size(), call.scratch);
    run_prepared(weights, in, 1, accumulate, dx + i * layout_.input_size());
  }
}

void InputGradient::run_prepared(const float* w, const float* dy, int pixels, bool accumulate,
                                 float* dx) const {
  const auto& g = geometry_;
  const auto& phases = layout_.backward_geometry().phases;
  const int width = weight_row(g.group_inputs());
  for (std::size_t p = 0; p < phases.size(); ++p) {
    const int taps = phases[p].taps_high * phases[p].taps_wide;
    for (int group = 0; group < g.groups; ++group) {
      if (taps == 0 && accumulate) continue;
      MatrixProduct m = product_of(p, group, dy, pixels, dx);
      m.w = w;
      m.w_row = width;
      m.stage.accumulate = accumulate;
      kernels().product(m);
      w += std::int64_t{taps} * g.group_outputs() * width;
    }
  }
}

MatrixProduct InputGradient::product_of(std::size_t p, int group, const float* dy, int pixels,
                                        float* dx) const {
  const auto& g = geometry_;
  const auto& phase = layout_.backward_geometry().phases[p];
  const auto& runs = layout_.backward_runs(p, group);
  const int inputs = g.group_inputs(), taps = phase.taps_high * phase.taps_wide;
  const bool planes = layout_.takes_planes();
  const int pixel = planes ? 1 : g.output.channels;
  MatrixProduct m;
  m.x_row = std::ptrdiff_t{1} * layout_.padded_gradient_width() * pixel;
  m.x = taps == 0 ? dy : dy + phase.gradient_row * m.x_row + phase.gradient_column * pixel;
  m.x_pixel = pixel;
  if (planes) m.x_step = m.x_row * layout_.padded_gradient_height();
  m.runs = runs.data();
  m.run_count = static_cast<int>(runs.size());
  m.lines.first = layout_.backward_geometry().margin.top - phase.gradient_row;
  m.lines.end = m.lines.first + g.output.height;
  m.y = dx + (std::ptrdiff_t{1} * phase.row0 * g.input.width + phase.column0) * g.input.channels +
        group * inputs;
  m.y_row = std::ptrdiff_t{1} * g.stride_height * g.input.width * g.input.channels;
  m.y_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  m.height = phase.height;
  m.width = g.is_dense() ? pixels : phase.width;
  m.columns = inputs;
  return m;
}

}  // namespace mho
