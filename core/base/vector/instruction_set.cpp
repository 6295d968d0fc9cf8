// SPDX-License-Identifier: Apache-2.0
#include "core/base/vector/instruction_set.hpp"

#include <cstdlib>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {

std::vector<InstructionSet> available_instruction_sets() {
  std::vector sets{InstructionSet::portable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(InstructionSet::avx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    sets.push_back(InstructionSet::avx512);
#endif
  return sets;
}

namespace {

InstructionSet choose() {
  auto sets = available_instruction_sets();
  const char* forced = std::getenv("MHO_KERNELS");
  if (!forced || !*forced) return sets.back();
  sets.push_back(InstructionSet::reference);
  for (const auto set : sets)
    if (word_of(set) == forced) return set;
  const auto words = words_for(sets);
  throw InputError("MHO_KERNELS: expected one of " + join(words) + " on this processor, got '" + forced +
                   "'" + did_you_mean(forced, words));
}

}  // namespace

InstructionSet instruction_set() {
  static const InstructionSet chosen = choose();
  return chosen;
}

}  // namespace mho
