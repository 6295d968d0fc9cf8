// SPDX-License-Identifier: Apache-2.0
#include "core/base/vector/multiply_add.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each multiply_add_*.cpp compiles multiply_add.inl for one instruction set.
std::int64_t multiply_add_portable(std::int64_t rounds);
#if defined(__x86_64__)
std::int64_t multiply_add_avx2(std::int64_t rounds);
std::int64_t multiply_add_avx512(std::int64_t rounds);
#endif

std::int64_t multiply_add(std::int64_t rounds) {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return multiply_add_avx512(rounds);
  if (instruction_set() == InstructionSet::avx2) return multiply_add_avx2(rounds);
#endif
  return multiply_add_portable(rounds);
}

}  // namespace mho
