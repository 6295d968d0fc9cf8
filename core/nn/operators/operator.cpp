// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/operator.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/nn/graph/architecture.hpp"
#include "core/nn/products/matrix_layer.hpp"

namespace mho {

void Operator::forward_pixels(const ForwardCall&, std::int64_t) const {
  throw RunError("pixel by pixel: expected an elementwise layer, got one that needs whole images");
}

void Operator::backward(const BackwardCall&) const {
  throw RunError("backward pass: expected a layer that takes image by image, got one that needs the batch");
}

void Operator::matrix_inputs(const float* x, const float*, int images, float* vectors) const {
  std::copy_n(x, images * matrix()->input_size(), vectors);
}

std::unique_ptr<BatchState> Operator::make_batch_state(std::size_t) const { return nullptr; }

std::size_t OperatorSite::inputs() const {
  return architecture.nodes()[static_cast<std::size_t>(node)].inputs.size();
}

Shape OperatorSite::input(std::size_t which) const {
  const auto& inputs = architecture.nodes()[static_cast<std::size_t>(node)].inputs;
  return architecture.nodes()[static_cast<std::size_t>(inputs[which])].shape;
}

Shape OperatorSite::output() const { return architecture.nodes()[static_cast<std::size_t>(node)].shape; }

void start_input_gradient(const BackwardCall& call, std::size_t input, std::int64_t size) {
  if (call.dx[input] && call.first[input]) std::fill_n(call.dx[input], call.images * size, 0.0f);
}

}  // namespace mho
