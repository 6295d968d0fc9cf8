// SPDX-License-Identifier: Apache-2.0
#include "core/analog/converter.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"

namespace mho {

Converter make_converter(int bits, double limit) {
  if (bits == 0) return {};
  if (bits < smallest_converter_bits || bits > largest_converter_bits)
    throw ConfigError(fmt::format("converter bits: expected 0 (off) or {} to {}, got {}",
                                  smallest_converter_bits, largest_converter_bits, bits));
  if (!std::isfinite(limit) || limit <= 0)
    throw ConfigError(fmt::format("converter range: expected a number above 0, got {}", limit));
  const double steps = (1 << bits) - 2;
  return {static_cast<float>(limit), static_cast<float>(2 * limit / steps)};
}

float levels_of(const Converter& converter) {
  return converter.step > 0 ? std::round(converter.limit / converter.step) : 0.0f;
}

}  // namespace mho
