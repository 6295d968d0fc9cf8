// SPDX-License-Identifier: Apache-2.0
// MatrixLayer's gradients where partial sums beyond the ADC's range pass none: one row split after the other,
// whose sums are computed again so that no forward pass has to keep them.
#include <algorithm>
#include <cmath>

#include "core/nn/products/matrix_layer.hpp"

namespace mho {

void MatrixLayer::pack_backward_splits(MatrixOperand& operand) const {
  operand.backward_splits.resize(static_cast<size_t>(row_splits()));
  for (int split = 0; split < row_splits(); ++split)
    pack_taps(operand, split, operand.backward_splits[static_cast<size_t>(split)]);
}

void MatrixLayer::clip_gradient(const MatrixOperand& operand, int split, ClippedGradient mode, const float* x,
                                const float* dy, int images, std::uint64_t key, int first_image,
                                float* scratch, float* clipped) const {
  const int step = geometry_.is_dense() ? kDenseImages : 1;
  for (int i = 0; i < images; i += step) {  // noise is drawn as forward() draws it
    const int count = std::min(step, images - i);
    const float* in =
        prepare_input(operand, operand.input_range, x + i * input_size(), count * input_size(), scratch);
    for (int group = 0; group < geometry_.groups; ++group)
      kernels().product(part_product(operand, in, count, key, first_image + i,
                                     static_cast<size_t>(split * geometry_.groups + group),
                                     clipped + i * output_size()));
  }
  const float limit = settings_.adc_limit;
  const bool outward = mode == ClippedGradient::outward;
  for (std::int64_t k = 0; k < images * output_size(); ++k) {
    const float sum = clipped[k];
    const bool dead = std::fabs(sum) > limit && !(outward && sum * dy[k] > 0);  // descent goes against dy
    clipped[k] = dead ? 0.0f : dy[k];
  }
}

void MatrixLayer::add_split_gradient(const MatrixOperand& operand, int split, const float* x, const float* dy,
                                     int images, bool accumulate, float* scratch, float* packed) const {
  add_rows_gradient(forward_runs_.data() + split * geometry_.groups, operand, x, dy, images, accumulate,
                    scratch, packed);
}

void MatrixLayer::backward_split(const MatrixOperand& operand, int split, const float* dy, int images,
                                 bool accumulate, float* scratch, float* dx) const {
  const auto& weights =
      row_splits() > 1 ? operand.backward_splits[static_cast<size_t>(split)] : operand.backward;
  backward_with(weights.data(), dy, images, accumulate, scratch, dx);
}

}  // namespace mho
