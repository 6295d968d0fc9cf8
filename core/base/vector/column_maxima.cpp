// SPDX-License-Identifier: Apache-2.0
#include "core/base/vector/column_maxima.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each column_maxima_*.cpp compiles column_maxima.inl for one instruction set.
void column_maxima_portable(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima);
#if defined(__x86_64__)
void column_maxima_avx2(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima);
void column_maxima_avx512(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima);
#endif

void column_maxima(const float* x, std::ptrdiff_t row, int rows, int columns, float* maxima) {
  static const auto chosen = [] {
#if defined(__x86_64__)
    if (instruction_set() == InstructionSet::avx512) return column_maxima_avx512;
    if (instruction_set() == InstructionSet::avx2) return column_maxima_avx2;
#endif
    return column_maxima_portable;
  }();
  chosen(x, row, rows, columns, maxima);
}

}  // namespace mho
