// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/bfloat16.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each bfloat16_*.cpp compiles fast_bfloat16.inl for one instruction set.
extern const Bfloat16Kernels portable_bfloat16_kernels;
#if defined(__x86_64__)
extern const Bfloat16Kernels avx2_bfloat16_kernels;
extern const Bfloat16Kernels avx512_bfloat16_kernels;
#endif

bool has_bfloat16() {
#if defined(__x86_64__)
  static const bool present =
      instruction_set() == InstructionSet::avx512 && __builtin_cpu_supports("avx512bf16");
  return present;
#else
  return false;
#endif
}

Bfloat16KernelList available_bfloat16_kernels() {
  Bfloat16KernelList list{{&reference_bfloat16_kernels()}, 1};
  for (const auto set : available_instruction_sets()) {
    if (set == InstructionSet::portable) list.sets[list.count++] = &portable_bfloat16_kernels;
#if defined(__x86_64__)
    if (set == InstructionSet::avx2) list.sets[list.count++] = &avx2_bfloat16_kernels;
    if (set == InstructionSet::avx512 && __builtin_cpu_supports("avx512bf16"))
      list.sets[list.count++] = &avx512_bfloat16_kernels;
#endif
  }
  return list;
}

const Bfloat16Kernels& bfloat16_kernels() {
  static const Bfloat16Kernels& chosen = []() -> const Bfloat16Kernels& {
#if defined(__x86_64__)
    if (has_bfloat16()) return avx512_bfloat16_kernels;
    if (instruction_set() == InstructionSet::avx512 || instruction_set() == InstructionSet::avx2)
      return avx2_bfloat16_kernels;
#endif
    return instruction_set() == InstructionSet::reference ? reference_bfloat16_kernels()
                                                          : portable_bfloat16_kernels;
  }();
  return chosen;
}

}  // namespace mho
