// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/kernels.hpp"

#include <cstdlib>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {

// Each fast_*.cpp compiles fast_kernels.inl for one instruction set.
extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

KernelList available_kernels() {
  KernelList list{{&reference_kernels(), &kPortableKernels, nullptr, nullptr}, 2};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list.sets[list.count++] = &kAvx2Kernels;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    list.sets[list.count++] = &kAvx512Kernels;
#endif
  return list;
}

namespace {

const Kernels& choose() {
  const auto list = available_kernels();
  const char* forced = std::getenv("MHO_KERNELS");
  if (!forced || !*forced) return *list.sets[list.count - 1];
  std::vector<std::string> names;
  for (int i = 0; i < list.count; ++i) {
    if (std::string(forced) == list.sets[i]->name) return *list.sets[i];
    names.push_back(list.sets[i]->name);
  }
  throw InputError("MHO_KERNELS=" + std::string(forced) + ": expected one of " + join(names) + " on this processor" +
                   did_you_mean(forced, names));
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

std::string instruction_set() { return kernels().name; }

}  // namespace mho
