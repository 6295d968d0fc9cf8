// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/resistive_ladder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace mho {
namespace {

/// Columns solved side by side: one vector loop each, and their factors stay in the second-level cache.
constexpr int strip_columns = 64;
using Strip = std::array<float, strip_columns>;

/// Thomas algorithm. With s[k] = r g[k] + drop[k + 1], the elimination from the far end gives
/// u[k] / u[k - 1] = 1 / (1 + s[k]) and drop[k] = 1 - u[k] / u[k - 1] = s[k] / (1 + s[k]): sums of positive
/// numbers only, so nothing cancels although r g is about 1e-5.
void fold_in_strip(float* conductances_us, int rows, int columns, std::ptrdiff_t stride,
                   float resistance_megohm, std::vector<Strip>& ratios) {
  Strip drop{};
  for (int k = rows - 1; k >= 0; --k) {
    const float* g = conductances_us + k * stride;
    auto& ratio = ratios[static_cast<size_t>(k)];
    for (size_t c = 0; c < static_cast<size_t>(columns); ++c) {
      const float s = resistance_megohm * g[c] + drop[c];
      ratio[c] = 1.0f / (1.0f + s);
      drop[c] = s * ratio[c];
    }
  }
  Strip voltage;
  voltage.fill(1.0f);
  for (int k = 0; k < rows; ++k) {
    float* g = conductances_us + k * stride;
    const auto& ratio = ratios[static_cast<size_t>(k)];
    for (size_t c = 0; c < static_cast<size_t>(columns); ++c) {
      voltage[c] *= ratio[c];
      g[c] *= voltage[c];
    }
  }
}

}  // namespace

void fold_in_wire_resistance(float* conductances_us, int rows, int columns, int stride,
                             double wire_resistance_ohm) {
  const auto resistance_megohm = static_cast<float>(wire_resistance_ohm * 1e-6);  // times µS: no unit
  std::vector<Strip> ratios(static_cast<size_t>(rows));
  for (int first = 0; first < columns; first += strip_columns)
    fold_in_strip(conductances_us + first, rows, std::min(strip_columns, columns - first), stride,
                  resistance_megohm, ratios);
}

}  // namespace mho
