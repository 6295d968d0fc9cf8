// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/chip_layer.hpp"

namespace mho {

void ChipLayer::hold_batch(int images) { vectors_ = std::make_unique<ImageVectors>(layer(), images); }

void ChipLayer::read(const LayerParameters& own, RandomKey key, RandomKey chip, MatrixOperand& operand) {
  auto made = crossbar_operand(layer(), matrix_.read_uncompensated(0, key), own, site_.hardware, chip);
  product_ = std::move(made.product);
  operand = std::move(made.operand);
  operand.sink = vectors_.get();
  if (site_.passes_gradient && !(product_ && product_->has_backward())) layer().pack_backward(operand);
}

bool ChipLayer::follow(std::span<const DevicePulses> moved, MatrixOperand& operand) {
  const auto weights = static_cast<size_t>(matrix_.rows()) * static_cast<size_t>(matrix_.columns());
  if (!site_.follows || moved.size() > weights) return false;
  matrix_.written_conductances(moved, conductances_);
  if (product_) {
    moved_.clear();
    for (const auto& pulses : moved) moved_.push_back(pulses.device);
    product_->hold_some(moved_, conductances_);
  }
  if (!product_ || !product_->has_backward()) follow_operand(moved, operand);
  return true;
}

/// A product that goes both ways leaves nothing to the packed copies.
void ChipLayer::follow_operand(std::span<const DevicePulses> moved, MatrixOperand& operand) const {
  const RowCut& cut = layer().row_cut();
  const auto columns = static_cast<std::uint32_t>(matrix_.columns());
  const std::ptrdiff_t forward_width = weight_row(matrix_.columns()), backward_width = weight_row(cut.rows);
  const bool both = !operand.backward.empty() && layer().geometry().is_dense();
  const float factor = 1.0f / (operand.output_gain * (operand.input_range > 0 ? operand.input_range : 1.0f));
  std::uint32_t row = 0;
  for (size_t i = 0; i < moved.size(); ++i) {
    if (moved[i].device - row * columns >= columns) row = moved[i].device / columns;
    const auto column = static_cast<std::ptrdiff_t>(moved[i].device - row * columns);
    const std::ptrdiff_t matrix_row = cut.matrix_row(static_cast<int>(row));
    operand.forward[static_cast<size_t>(matrix_row * forward_width + column)] = conductances_[i];
    if (!both) continue;
    const auto split = static_cast<std::ptrdiff_t>(row) / cut.split_rows;
    const float scale = operand.scales[static_cast<size_t>(split * matrix_.columns() + column)];
    operand.backward[static_cast<size_t>(column * backward_width + matrix_row)] =
        conductances_[i] * (factor * scale);
  }
  if (!operand.backward.empty() && !both) layer().pack_backward(operand);
}

void ChipLayer::begin_batch(RandomKey key) {
  if (product_) product_->draw_backward_from(key.with("backward"));
}

std::vector<float> ChipLayer::weights() const {
  return to_matrix_rows(matrix_.weights(), layer().columns(), layer().row_cut());
}

std::int64_t ChipLayer::products_per_image() const {
  const auto& output = layer().geometry().output;
  return std::int64_t{output.height} * output.width *
         static_cast<std::int64_t>(matrix_.targets().tiles.size());
}

}  // namespace mho
