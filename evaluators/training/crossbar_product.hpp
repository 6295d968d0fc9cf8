// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/analog/tile/frozen_matrix.hpp"
#include "core/nn/products/vector_product.hpp"

namespace mho {

/// A frozen crossbar matrix as the network's products see it.
class CrossbarProduct : public VectorProduct {
 public:
  explicit CrossbarProduct(FrozenMatrix crossbar) : crossbar_(std::move(crossbar)) {}

  /// FrozenMatrix::hold; what the backward converters draw comes from `chip` too: one key a mini-batch.
  void hold(const MatrixRead& read, const std::vector<float>& input_ranges, RandomKey chip) {
    crossbar_.hold(read, input_ranges, chip);
    backward_key_ = chip.with("backward");
  }

  void forward(const float* x, int vectors, std::uint64_t key, std::uint64_t first_vector,
               float* y) const override {
    crossbar_.forward(x, vectors, RandomKey(key), first_vector, y);
  }
  bool has_backward() const override { return crossbar_.has_backward(); }
  void backward(const float* dy, int vectors, std::uint64_t first_vector, float* dx) const override {
    crossbar_.backward(dy, vectors, backward_key_, first_vector, dx);
  }

 private:
  FrozenMatrix crossbar_;
  RandomKey backward_key_{0};
};

/// The products of a training's layers, one a node, null where it has none: held anew each mini-batch.
using CrossbarProducts = std::vector<std::shared_ptr<CrossbarProduct>>;

}  // namespace mho
