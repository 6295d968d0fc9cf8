// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/crossbar_products.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/largest.hpp"

namespace mho {
namespace {

/// The mean of `reads` calls of product(key, y) with keys of their own.
template <class Product>
void average(int reads, RandomKey key, std::span<float> y, const Product& product) {
  if (reads < 1)
    throw ConfigError(fmt::format("product: expected at least 1 read to average, got {}", reads));
  product(key.with("read", 0), y.data());
  if (reads == 1) return;
  std::vector<float> one(y.size());
  for (int k = 1; k < reads; ++k) {
    product(key.with("read", static_cast<std::uint64_t>(k)), one.data());
    for (size_t i = 0; i < y.size(); ++i) y[i] += one[i];
  }
  for (float& value : y) value /= static_cast<float>(reads);
}

}  // namespace

void CrossbarProducts::hold_read(double ahead_s, RandomKey key) {
  if (!frozen_) frozen_.emplace(matrix_.rows(), matrix_.columns(), matrix_.hardware());
  frozen_->hold(matrix_.read(ahead_s, key), {0.0f}, chip_);
  revision_ = matrix_.revision();
  read_outs_ += matrix_.read_out_use();
}

FrozenMatrix& CrossbarProducts::held(RandomKey key) {
  if (!frozen_ || revision_ != matrix_.revision()) hold_read(0, key.with("device read"));
  return *frozen_;
}

void CrossbarProducts::multiply(const float* x, int vectors, int reads, RandomKey key, float* y) {
  auto& frozen = held(key);
  const auto& range = matrix_.hardware().input_range;
  const float full =
      range.mode == InputRangeMode::fixed
          ? static_cast<float>(range.value)
          : largest_magnitude({x, static_cast<size_t>(vectors) * static_cast<size_t>(matrix_.rows())});
  frozen.set_input_range(effective_input_range(matrix_.hardware(), full));
  average(reads, key, {y, static_cast<size_t>(vectors) * static_cast<size_t>(matrix_.columns())},
          [&](RandomKey own, float* to) { frozen.forward(x, vectors, own, 0, to); });
}

void CrossbarProducts::multiply_transposed(const float* x, int vectors, int reads, RandomKey key, float* y) {
  auto& frozen = held(key);
  frozen.add_transposed();
  average(reads, key, {y, static_cast<size_t>(vectors) * static_cast<size_t>(matrix_.rows())},
          [&](RandomKey own, float* to) { frozen.backward(x, vectors, own, 0, to); });
}

TileUse CrossbarProducts::forward_use() const {
  TileUse use = matrix_.read_outs();
  use += read_outs_;
  if (frozen_) use += frozen_->forward_use();
  return use;
}

TileUse CrossbarProducts::transposed_use() const { return frozen_ ? frozen_->transposed_use() : TileUse{}; }

}  // namespace mho
