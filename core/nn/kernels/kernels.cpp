// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/kernels.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each fast_*.cpp compiles fast_kernels.inl for one instruction set.
extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

KernelList available_kernels() {
  KernelList list{{&reference_kernels()}, 1};
  for (const auto& set : available_instruction_sets()) {
    if (set == "portable") list.sets[list.count++] = &kPortableKernels;
#if defined(__x86_64__)
    if (set == "avx2") list.sets[list.count++] = &kAvx2Kernels;
    if (set == "avx512") list.sets[list.count++] = &kAvx512Kernels;
#endif
  }
  return list;
}

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
    const auto list = available_kernels();
    for (int i = 0; i < list.count; ++i)
      if (instruction_set() == list.sets[i]->name) return *list.sets[i];
    return reference_kernels();
  }();
  return chosen;
}

}  // namespace mho
