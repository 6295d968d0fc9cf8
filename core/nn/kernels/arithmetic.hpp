// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/words.hpp"

namespace mho {

/// Of a layer's products: what is multiplied. Sums are float32 in both.
enum class Arithmetic { float32, bfloat16 };
template <>
inline constexpr std::array words_of<Arithmetic>{"float32", "bfloat16"};

}  // namespace mho
