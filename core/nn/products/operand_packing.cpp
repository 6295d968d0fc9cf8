// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/operand_packing.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {
namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

constexpr int all_splits = -1;  ///< of pack_taps

}  // namespace

void OperandPacking::pack_forward(const float* weights, FloatBuffer& packed) const {
  const int rows = geometry_.rows(), columns = geometry_.group_outputs(), width = weight_row(columns);
  packed.resize(layout_.packed_size());
  for (int g = 0; g < geometry_.groups; ++g)
    for (int r = 0; r < rows; ++r)
      std::copy_n(weights + std::int64_t{r} * geometry_.output.channels + g * columns, columns,
                  packed.data() + (std::int64_t{g} * rows + r) * width);
}

void OperandPacking::pack_noisy(const NoisyRows& noisy, FloatBuffer& packed) const {
  packed.resize(layout_.packed_size());
  NoisyCopy copy;
  copy.columns = layout_.columns();
  copy.to_row = weight_row(copy.columns);
  copy.deviation = noisy.deviation;
  copy.key = noisy.key;
  for (const RowCut::Run& run : layout_.cut_runs()) {
    copy.from = noisy.weights + std::ptrdiff_t{run.first} * copy.columns;
    copy.scale = noisy.scales + std::ptrdiff_t{run.split} * copy.columns;
    copy.to = packed.data() + std::ptrdiff_t{run.first} * copy.to_row;
    copy.rows = run.count;
    kernels().noisy_copy(copy);
    ++copy.stream;
  }
}

void OperandPacking::unpack_gradient(const float* packed, bool accumulate, float* gradient) const {
  const int rows = geometry_.rows(), columns = geometry_.group_outputs(), width = padded_columns(columns);
  for (int g = 0; g < geometry_.groups; ++g)
    for (int r = 0; r < rows; ++r) {
      const float* from = packed + (std::int64_t{g} * rows + r) * width;
      float* to = gradient + std::int64_t{r} * geometry_.output.channels + g * columns;
      if (accumulate)
        kernels().add(from, index(columns), to);
      else
        std::copy_n(from, columns, to);
    }
}

void OperandPacking::pack_backward(MatrixOperand& operand) const {
  pack_taps(operand, all_splits, operand.backward);
}

void OperandPacking::pack_backward_splits(MatrixOperand& operand) const {
  operand.backward_splits.resize(index(layout_.row_splits()));
  for (int split = 0; split < layout_.row_splits(); ++split)
    pack_taps(operand, split, operand.backward_splits[index(split)]);
}

void OperandPacking::pack_taps(const MatrixOperand& operand, int split, FloatBuffer& packed) const {
  const auto& g = geometry_;
  const std::int64_t tap_size = std::int64_t{g.group_outputs()} * weight_row(g.group_inputs());
  packed.resize(index(tap_size * g.groups * g.kernel_height * g.kernel_width) + kernel_slack());
  float* to = packed.data();
  for (const auto& phase : layout_.backward_geometry().phases)
    for (int group = 0; group < g.groups; ++group)
      for (int a = 0; a < phase.taps_high; ++a)
        for (int b = 0; b < phase.taps_wide; ++b, to += tap_size) {
          // Later output pixels are reached by smaller kernel indices.
          const int row = phase.first_kernel_row + (phase.taps_high - 1 - a) * g.stride_height;
          const int column = phase.first_kernel_column + (phase.taps_wide - 1 - b) * g.stride_width;
          pack_tap(operand, group, split, (row * g.kernel_width + column) * g.group_inputs(), to);
        }
}

void OperandPacking::pack_tap(const MatrixOperand& operand, int group, int split, int first,
                              float* to) const {
  const int rows = geometry_.rows(), outputs = geometry_.group_outputs(), inputs = geometry_.group_inputs();
  const int width = weight_row(outputs);
  const float factor = 1.0f / (operand.output_gain * (operand.input_range > 0 ? operand.input_range : 1.0f));
  for (const RowCut::Run& run : layout_.cut_runs()) {  // rows of one split share their scales
    const int row = std::max(first, run.first), end = std::min(first + inputs, run.first + run.count);
    if (row >= end) continue;
    if (split != all_splits && run.split != split) {
      for (int c = 0; c < outputs; ++c)
        std::fill_n(to + (row - first) + std::int64_t{c} * weight_row(inputs), end - row, 0.0f);
      continue;
    }
    const float* from = operand.forward.data() + (std::int64_t{group} * rows + row) * width;
    const float* scale = operand.scales.empty()
                             ? nullptr
                             : operand.scales.data() + run.split * layout_.columns() + group * outputs;
    kernels().transpose(from, width, end - row, outputs, scale, factor, to + (row - first),
                        weight_row(inputs));
  }
}

bool OperandPacking::takes_bfloat16(const MatrixOperand& operand) const {
  constexpr float exact_levels = 256;  // whole numbers that 8 bits hold
  return has_bfloat16() && geometry_.groups == 1 && !operand.scales.empty() && operand.input_range > 0 &&
         settings_.dac_levels > 0 && settings_.dac_levels <= exact_levels;
}

void OperandPacking::pack_bfloat16(MatrixOperand& operand) const {
  if (takes_bfloat16(operand)) pack_pairs(operand);
}

float OperandPacking::pair_divisor(const MatrixOperand& operand) const {
  return settings_.converts(operand.input_range) ? settings_.dac_levels : 1.0f;
}

Arithmetic OperandPacking::gradient_arithmetic() const {
  return layout_.takes_gradient_planes() ? Arithmetic::float32 : Arithmetic::bfloat16;
}

void OperandPacking::resize_pairs(MatrixOperand& operand) const {
  operand.pairs.resize(index(std::int64_t{layout_.pair_rows()} * weight_row(layout_.columns())) +
                       kernel_slack());
}

void OperandPacking::pack_pairs(MatrixOperand& operand) const {
  const int columns = layout_.columns(), width = weight_row(columns);
  const float divisor = pair_divisor(operand);
  resize_pairs(operand);
  for (size_t split = 0; split < layout_.parts(); ++split)
    for (size_t r = 0; r < layout_.pair_runs(split).size(); ++r) {
      const RowRun& run = layout_.forward_runs(split)[r];
      const float* from = operand.forward.data() + std::int64_t{run.row} * width;
      float* to = operand.pairs.data() + std::int64_t{layout_.pair_runs(split)[r].row} * width;
      for (int j = 0; j < run.length; j += 2, from += 2 * width, to += width)
        bfloat16_kernels().round_pairs(from, j + 1 < run.length ? from + width : nullptr, index(columns),
                                       divisor, to);
    }
}

void OperandPacking::round_for_training(MatrixOperand& operand) const {
  if (operand.product || !trains_in_pairs()) return;
  pack_pairs(operand);
  operand.gradients = gradient_arithmetic();
  round_backward(operand);
}

void OperandPacking::pack_noisy_pairs(const NoisyRows& noisy, bool keeps_rows, MatrixOperand& operand) const {
  resize_pairs(operand);
  operand.forward.resize(keeps_rows ? layout_.packed_size() : 0);
  NoisyPairs copy;
  copy.from = noisy.weights;
  copy.deviation = noisy.deviation;
  copy.divisor = pair_divisor(operand);
  copy.columns = layout_.columns();
  copy.row = weight_row(layout_.columns());
  copy.to = keeps_rows ? operand.forward.data() : nullptr;
  copy.pairs = operand.pairs.data();
  copy.key = noisy.key;
  for (size_t split = 0; split < layout_.parts(); ++split, ++copy.stream) {
    copy.scale = noisy.scales + split * index(layout_.columns());
    copy.runs = layout_.forward_runs(split).data();
    copy.pair_runs = layout_.pair_runs(split).data();
    copy.run_count = static_cast<int>(layout_.pair_runs(split).size());
    bfloat16_kernels().noisy_pairs(copy);
  }
  operand.gradients = gradient_arithmetic();
}

void OperandPacking::round_backward(MatrixOperand& operand) const {
  operand.backward_in_pairs = true;
  if (!operand.backward.empty()) round_rows(operand.backward);
  for (auto& split : operand.backward_splits) round_rows(split);
}

void OperandPacking::round_rows(FloatBuffer& backward) const {
  const int columns = geometry_.group_inputs(), width = weight_row(columns);
  const auto& phases = layout_.backward_geometry().phases;
  float* rows = backward.data();
  for (size_t p = 0; p < phases.size(); ++p) {
    for (size_t r = 0; r < layout_.backward_runs(p, 0).size(); ++r) {
      const RowRun &run = layout_.backward_runs(p, 0)[r], &pairs = layout_.backward_pair_runs(p)[r];
      const float* from = rows + std::int64_t{run.row} * width;
      float* to = rows + std::int64_t{pairs.row} * width;
      for (int j = 0; j < run.length; j += 2, from += 2 * width, to += width)
        bfloat16_kernels().round_pairs(from, j + 1 < run.length ? from + width : nullptr, index(columns), 1,
                                       to);
    }
    rows += std::int64_t{phases[p].taps_high} * phases[p].taps_wide * geometry_.group_outputs() * width;
  }
}

}  // namespace mho
