// SPDX-License-Identifier: Apache-2.0
// MHO_COLUMN_MAXIMA is the name that the including file gives the function.
#include "core/base/vector/vector.inl"

namespace mho {
namespace {

MHO_INLINE Vector magnitude(Vector v) { return (Vector)((Bits)v & 0x7fffffffu); }

/// Vectors vectors of columns at once: a row's pieces are read side by side, the maxima stay in registers.
template <int Vectors>
void maxima_of(const float* x, std::ptrdiff_t row, int rows, float* maxima) {
  Vector largest[Vectors];
#pragma GCC unroll 8
  for (int k = 0; k < Vectors; ++k) largest[k] = load(maxima + k * lane_count);
  for (int r = 0; r < rows; ++r, x += row)
#pragma GCC unroll 8
    for (int k = 0; k < Vectors; ++k) largest[k] = larger(magnitude(load(x + k * lane_count)), largest[k]);
#pragma GCC unroll 8
  for (int k = 0; k < Vectors; ++k) store(maxima + k * lane_count, largest[k]);
}

}  // namespace

void MHO_COLUMN_MAXIMA(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima);

void MHO_COLUMN_MAXIMA(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima) {
  int c = 0;
  for (; c + 8 * lane_count <= columns; c += 8 * lane_count) maxima_of<8>(x + c, row, rows, maxima + c);
  for (; c + lane_count <= columns; c += lane_count) maxima_of<1>(x + c, row, rows, maxima + c);
  if (c == columns) return;
  Vector largest = load_some(maxima + c, columns - c);
  for (int r = 0; r < rows; ++r)
    largest = larger(magnitude(load_some(x + r * row + c, columns - c)), largest);
  store_some(maxima + c, largest, columns - c);
}

}  // namespace mho
