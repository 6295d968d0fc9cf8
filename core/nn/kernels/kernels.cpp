// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/kernels.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each fast_*.cpp compiles fast_kernels.inl for one instruction set.
extern const Kernels portable_kernels;
#if defined(__x86_64__)
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
#endif

KernelList available_kernels() {
  KernelList list{{&reference_kernels()}, 1};
  for (const auto set : available_instruction_sets()) {
    if (set == InstructionSet::portable) list.sets[list.count++] = &portable_kernels;
#if defined(__x86_64__)
    if (set == InstructionSet::avx2) list.sets[list.count++] = &avx2_kernels;
    if (set == InstructionSet::avx512) list.sets[list.count++] = &avx512_kernels;
#endif
  }
  return list;
}

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
    const auto list = available_kernels();
    for (int i = 0; i < list.count; ++i)
      if (word_of(instruction_set()) == list.sets[i]->name) return *list.sets[i];
    return reference_kernels();
  }();
  return chosen;
}

}  // namespace mho
