// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/bfloat16.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

#if defined(__x86_64__)
extern const Bfloat16Kernels avx512_bfloat16_kernels;
#endif

const Bfloat16Kernels* bfloat16_kernels() {
#if defined(__x86_64__)
  static const bool present =
      instruction_set() == InstructionSet::avx512 && __builtin_cpu_supports("avx512bf16");
  return present ? &avx512_bfloat16_kernels : nullptr;
#else
  return nullptr;
#endif
}

}  // namespace mho
