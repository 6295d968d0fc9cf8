// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// What vector code is written in; reference is the plain arithmetic that tests trust.
enum class InstructionSet { reference, portable, avx2, avx512 };
template <>
inline constexpr std::array words_of<InstructionSet>{"reference", "portable", "avx2", "avx512"};

/// The instruction sets that this processor runs, slowest first.
std::vector<InstructionSet> available_instruction_sets();

/// The one that vector code uses: the fastest, or what the environment variable MHO_KERNELS names. Throws
/// InputError when that is unknown or the processor lacks it.
InstructionSet instruction_set();

}  // namespace mho
