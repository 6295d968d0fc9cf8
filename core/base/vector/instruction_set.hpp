// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// The instruction sets that this processor runs, slowest first, of "portable", "avx2", "avx512".
std::vector<std::string> available_instruction_sets();

/// The one that vector code uses: the fastest, or what the environment variable MHO_KERNELS names;
/// "reference" is the plain arithmetic that tests trust. Throws InputError when that is unknown or the
/// processor lacks it.
const std::string& instruction_set();

}  // namespace mho
