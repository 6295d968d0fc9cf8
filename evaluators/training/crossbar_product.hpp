// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/analog/tile/frozen_matrix.hpp"
#include "core/nn/products/vector_product.hpp"

namespace mho {

/// A frozen crossbar matrix as the network's products see it: vectors in the order of the layer's matrix.
class CrossbarProduct : public VectorProduct {
 public:
  CrossbarProduct(FrozenMatrix crossbar, const RowCut& cut) : crossbar_(std::move(crossbar)), cut_(cut) {}

  /// FrozenMatrix::hold; what the backward converters draw comes from `chip` too: one key a mini-batch.
  void hold(const MatrixRead& read, const std::vector<float>& input_ranges, RandomKey chip) {
    crossbar_.hold(read, input_ranges, chip);
    backward_key_ = chip.with("backward");
  }

  /// FrozenMatrix::hold_some.
  void hold_some(std::span<const std::uint32_t> weights, std::span<const float> conductances) {
    crossbar_.hold_some(weights, conductances);
  }
  /// What the backward converters draw comes from here: for a chip that stays, one key a mini-batch.
  void draw_backward_from(RandomKey key) { backward_key_ = key; }

  void forward(const float* x, int vectors, std::uint64_t key, std::uint64_t first_vector,
               float* y) const override {
    if (cut_.taps == 1) return crossbar_.forward(x, vectors, RandomKey(key), first_vector, y);
    std::vector<float> rows;
    for (int v = 0; v < vectors; ++v) {
      const auto one = to_crossbar_rows(vector_of(x, v), 1, cut_);
      rows.insert(rows.end(), one.begin(), one.end());
    }
    crossbar_.forward(rows.data(), vectors, RandomKey(key), first_vector, y);
  }
  bool has_backward() const override { return crossbar_.has_backward(); }
  void backward(const float* dy, int vectors, std::uint64_t first_vector, float* dx) const override {
    if (cut_.taps == 1) return crossbar_.backward(dy, vectors, backward_key_, first_vector, dx);
    std::vector<float> rows(static_cast<size_t>(vectors) * static_cast<size_t>(cut_.rows));
    crossbar_.backward(dy, vectors, backward_key_, first_vector, rows.data());
    for (int v = 0; v < vectors; ++v) {
      const auto one = to_matrix_rows(vector_of(rows.data(), v), 1, cut_);
      std::copy(one.begin(), one.end(), dx + std::ptrdiff_t{v} * cut_.rows);
    }
  }

 private:
  std::span<const float> vector_of(const float* x, int v) const {
    return {x + std::ptrdiff_t{v} * cut_.rows, static_cast<size_t>(cut_.rows)};
  }

  FrozenMatrix crossbar_;
  RowCut cut_;
  RandomKey backward_key_{0};
};

/// The products of a training's layers, one a node, null where it has none: held anew each mini-batch.
using CrossbarProducts = std::vector<std::shared_ptr<CrossbarProduct>>;

}  // namespace mho
