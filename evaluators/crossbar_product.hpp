// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "core/analog/crossbar.hpp"
#include "core/nn/products/vector_product.hpp"

namespace mho {

/// A Crossbar as the network's products see it.
class CrossbarProduct : public VectorProduct {
 public:
  /// `backward_key`: of what the backward converters draw; one a mini-batch.
  CrossbarProduct(Crossbar crossbar, RandomKey backward_key)
      : crossbar_(std::move(crossbar)), backward_key_(backward_key) {}

  void forward(const float* x, int vectors, std::uint64_t key, std::uint64_t first_vector,
               float* y) const override {
    crossbar_.forward(x, vectors, RandomKey(key), first_vector, y);
  }
  bool has_backward() const override { return crossbar_.has_backward(); }
  void backward(const float* dy, int vectors, std::uint64_t first_vector, float* dx) const override {
    crossbar_.backward(dy, vectors, backward_key_, first_vector, dx);
  }

 private:
  Crossbar crossbar_;
  RandomKey backward_key_;
};

}  // namespace mho
