// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/vector/vector.inl"

namespace mho {
namespace {

// Pixels that a tile of one and of two vectors may have, so that it fits the registers (32, 16 and 16).
#if defined(__AVX512F__)
constexpr int kMaxPixels1 = 16, kMaxPixels2 = 12;
#elif defined(__AVX2__)
constexpr int kMaxPixels1 = 12, kMaxPixels2 = 6;
#else
constexpr int kMaxPixels1 = 8, kMaxPixels2 = 4;
#endif

}  // namespace
}  // namespace mho
