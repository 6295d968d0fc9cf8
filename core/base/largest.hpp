// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>

namespace mho {

/// The largest |value|, 0 of none; infinity or NaN where one is. Magnitudes are ordered as the whole numbers
/// that their bits are, which compilers compare many at a time.
inline float largest_magnitude(std::span<const float> values) {
  std::int32_t most = 0;
  for (const float value : values)
    most = std::max(most, std::bit_cast<std::int32_t>(value) & std::numeric_limits<std::int32_t>::max());
  return std::bit_cast<float>(most);
}

}  // namespace mho
