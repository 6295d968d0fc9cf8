// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mho {

/// A tile of 12 pixels and 32 columns of y = x w, as the products' hot loop has it (core/nn/kernels/fast_products.inl).
struct HotTile {
  static constexpr int pixels = 12, columns = 32;
  const float* x;            ///< pixels rows of `rows` inputs
  const float* w;            ///< rows x columns
  float* y;                  ///< pixels x columns
  int rows;
  float noise;               ///< deviation added to each sum, 0 for none
  std::uint32_t* generator;  ///< 4 x 16 words of xoshiro128++, goes on
};

void highway_tile(const HotTile& tile);
void own_tile(const HotTile& tile);

}  // namespace mho
