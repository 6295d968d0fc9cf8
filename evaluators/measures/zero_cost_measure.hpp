// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/words.hpp"

namespace mho {

/// A figure of ZeroCost, by which search.prefilter ranks untrained networks; or none.
enum class ZeroCostMeasure { none, naswot, gradient_norm, noise_sensitivity };
template <>
inline constexpr std::array words_of<ZeroCostMeasure>{"none", "naswot", "gradient_norm", "noise_sensitivity"};

}  // namespace mho
