// SPDX-License-Identifier: Apache-2.0
#include "core/base/vector/instruction_set.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {

std::vector<std::string> available_instruction_sets() {
  std::vector<std::string> sets{"portable"};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back("avx2");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    sets.push_back("avx512");
#endif
  return sets;
}

namespace {

std::string choose() {
  auto sets = available_instruction_sets();
  const char* forced = std::getenv("MHO_KERNELS");
  if (!forced || !*forced) return sets.back();
  sets.push_back("reference");
  if (std::find(sets.begin(), sets.end(), forced) != sets.end()) return forced;
  throw InputError("MHO_KERNELS: expected one of " + join(sets) + " on this processor, got '" + forced + "'" +
                   did_you_mean(forced, sets));
}

}  // namespace

const std::string& instruction_set() {
  static const std::string chosen = choose();
  return chosen;
}

}  // namespace mho
