// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/matrix_layer.hpp"

#include <cmath>

#include "core/nn/products/forward_product.hpp"
#include "core/nn/products/input_gradient.hpp"
#include "core/nn/products/layer_vectors.hpp"
#include "core/nn/products/weight_gradient.hpp"

namespace mho {

void MatrixLayer::forward(const MatrixCall& call, const float* bias, float* y) const {
  if (call.operand.product) return forward_vectors(geometry(), call, bias, y);
  ForwardProduct(layout_, settings_).run(call, bias, y);
}

void MatrixLayer::add_gradient(const MatrixCall& call, const float* dy, bool accumulate,
                               float* packed) const {
  WeightGradient(layout_, settings_).add(layout_.gradient_runs(), call, dy, accumulate, packed);
}

void MatrixLayer::backward(const MatrixCall& call, const float* dy, bool accumulate, float* dx) const {
  if (call.operand.product && call.operand.product->has_backward())
    return backward_vectors(geometry(), call, dy, accumulate, dx);
  InputGradient(layout_, settings_).run(call.operand.backward.data(), call, dy, accumulate, dx);
}

void MatrixLayer::clip_gradient(const MatrixCall& call, int split, ClippedGradient mode, const float* dy,
                                float* clipped) const {
  ForwardProduct(layout_, settings_).partial_sums(call, split, clipped);
  const float limit = settings_.adc_limit;
  const bool outward = mode == ClippedGradient::outward;
  for (std::int64_t k = 0; k < call.images * output_size(); ++k) {
    const float sum = clipped[k];
    const bool dead = std::fabs(sum) > limit && !(outward && sum * dy[k] > 0);  // descent goes against dy
    clipped[k] = dead ? 0.0f : dy[k];
  }
}

void MatrixLayer::add_split_gradient(const MatrixCall& call, int split, const float* dy, bool accumulate,
                                     float* packed) const {
  WeightGradient(layout_, settings_).add(layout_.split_runs(split), call, dy, accumulate, packed);
}

void MatrixLayer::backward_split(const MatrixCall& call, int split, const float* dy, bool accumulate,
                                 float* dx) const {
  const auto& weights =
      row_splits() > 1 ? call.operand.backward_splits[static_cast<size_t>(split)] : call.operand.backward;
  InputGradient(layout_, settings_).run(weights.data(), call, dy, accumulate, dx);
}

}  // namespace mho
