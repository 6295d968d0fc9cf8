// SPDX-License-Identifier: Apache-2.0
#include "core/base/vector/column_maxima.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/vector/instruction_set.hpp"
#include "tests/catch.hpp"

namespace mho {
void column_maxima_portable(const float*, std::ptrdiff_t, int, int, float*);
#if defined(__x86_64__)
void column_maxima_avx2(const float*, std::ptrdiff_t, int, int, float*);
void column_maxima_avx512(const float*, std::ptrdiff_t, int, int, float*);
#endif
}  // namespace mho

using namespace mho;

TEST_CASE("column maxima are exact and leave other columns alone") {
  const int rows = GENERATE(0, 1, 7), columns = GENERATE(1, 5, 16, 33, 130, 200), row = 210;
  std::vector<float> x(static_cast<size_t>(7 * row)), start(static_cast<size_t>(columns + 3), 0.5f);
  fill_normal(RandomKey(1), x);
  auto wanted = start;
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) {
      auto& largest = wanted[static_cast<size_t>(c)];
      largest = std::max(largest, std::fabs(x[static_cast<size_t>(r * row + c)]));
    }
  for (const auto set : available_instruction_sets()) {
    INFO(word_of(set) << " rows " << rows << " columns " << columns);
    auto got = start;
    if (set == InstructionSet::portable) column_maxima_portable(x.data(), row, rows, columns, got.data());
#if defined(__x86_64__)
    if (set == InstructionSet::avx2) column_maxima_avx2(x.data(), row, rows, columns, got.data());
    if (set == InstructionSet::avx512) column_maxima_avx512(x.data(), row, rows, columns, got.data());
#endif
    CHECK(got == wanted);
  }
}
