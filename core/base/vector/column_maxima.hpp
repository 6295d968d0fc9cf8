// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mho {

/// maxima[c] = the largest of maxima[c] and |x[r * row + c]|, r < rows, for c < columns.
void column_maxima(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima);

}  // namespace mho
