// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/vector/vector.inl"

namespace mho {
namespace {

// Pixels that a tile of one and of two vectors may have, so that it fits the registers (32, 16 and 16).
#if defined(__AVX512F__)
constexpr int most_pixels_one_vector = 16, most_pixels_two_vectors = 12;
#elif defined(__AVX2__)
constexpr int most_pixels_one_vector = 12, most_pixels_two_vectors = 6;
#else
constexpr int most_pixels_one_vector = 8, most_pixels_two_vectors = 4;
#endif

}  // namespace
}  // namespace mho
