// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/forward_product.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {

template <class Body>
void ForwardProduct::for_chunks(const MatrixCall& call, float* y, const Body& body) const {
  const int step = layout_.images_at_once();
  for (int i = 0; i < call.images; i += step) {
    MatrixCall chunk = call;
    chunk.x += i * layout_.input_size();
    chunk.images = std::min(step, call.images - i);
    chunk.first_image += i;
    body(chunk, y + i * layout_.output_size());
  }
}

void ForwardProduct::run(const MatrixCall& call, const float* bias, float* y) const {
  for_chunks(call, y, [&](const MatrixCall& chunk, float* to) { run_chunk(chunk, bias, to); });
}

void ForwardProduct::partial_sums(const MatrixCall& call, int split, float* y) const {
  for_chunks(call, y, [&](const MatrixCall& chunk, float* to) {  // noise is drawn as run() draws it
    const float* in = inputs_.prepare_input(chunk, chunk.operand.input_range);
    for (int group = 0; group < geometry_.groups; ++group)
      multiply(chunk.operand,
               product_of(chunk, in, static_cast<std::size_t>(split * geometry_.groups + group), to));
  });
}

void ForwardProduct::run_chunk(const MatrixCall& chunk, const float* bias, float* y) const {
  const auto& ranges = chunk.operand.split_ranges;
  const float* in = nullptr;
  for (std::size_t part = 0; part < layout_.parts(); ++part) {
    const std::size_t split = part / static_cast<std::size_t>(geometry_.groups);
    if (part == 0 || (!ranges.empty() && ranges[split] != ranges[split - 1]))
      in = inputs_.prepare_input(chunk, ranges.empty() ? chunk.operand.input_range : ranges[split]);
    run_part(chunk, bias, in, part, y);
  }
}

void ForwardProduct::run_part(const MatrixCall& chunk, const float* bias, const float* in, std::size_t part,
                              float* y) const {
  const MatrixOperand& operand = chunk.operand;
  const auto& g = geometry_;
  const int split = static_cast<int>(part) / g.groups,
            first = static_cast<int>(part) % g.groups * g.group_outputs();
  MatrixProduct m = product_of(chunk, in, part, y);
  m.stage.accumulate = split > 0;
  if (bias && split == 0) m.stage.bias = bias + first;
  if (!operand.scales.empty()) {
    m.stage.scale = operand.scales.data() + std::int64_t{split} * layout_.columns() + first;
    m.stage.adc_step = operand.has_adc ? settings_.adc_step : 0;
    m.stage.adc_limit = settings_.adc_limit;
  }
  multiply(operand, m);
}

void ForwardProduct::multiply(const MatrixOperand& operand, const MatrixProduct& m) {
  (operand.pairs.empty() ? kernels().product : bfloat16_kernels().product)(m);
}

MatrixProduct ForwardProduct::product_of(const MatrixCall& chunk, const float* in, std::size_t part,
                                         float* y) const {
  const MatrixOperand& operand = chunk.operand;
  const auto& g = geometry_;
  const int outputs = g.group_outputs(), width = weight_row(outputs);
  const bool pairs = !operand.pairs.empty();
  const int group = static_cast<int>(part) % g.groups;
  MatrixProduct m;
  m.x = in;
  m.x_row = std::ptrdiff_t{1} * g.stride_height * g.padded_width() * g.input.channels;
  m.x_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  if (pairs && layout_.takes_neighbours()) {  // a slot an input, of which a step passes two
    m.x_row *= 2;
    m.x_pixel *= 2;
    m.x_step = 2;
  }
  const auto& runs = pairs ? layout_.pair_runs(part) : layout_.forward_runs(part);
  m.runs = runs.data();
  m.run_count = static_cast<int>(runs.size());
  m.lines = g.input_lines();
  m.w = pairs ? operand.pairs.data() : operand.forward.data() + std::int64_t{group} * g.rows() * width;
  m.w_row = width;
  m.y = y + group * outputs;
  m.y_row = std::ptrdiff_t{1} * g.output.width * g.output.channels;
  m.y_pixel = g.output.channels;
  m.height = g.output.height;
  m.width = g.is_dense() ? chunk.images : g.output.width;
  m.columns = outputs;
  if (!operand.scales.empty()) {
    m.stage.noise = settings_.output_noise;
    m.stage.key = chunk.noise_key + static_cast<std::uint64_t>(part);
    m.stage.stream = static_cast<std::uint32_t>(chunk.first_image);
  }
  return m;
}

}  // namespace mho
