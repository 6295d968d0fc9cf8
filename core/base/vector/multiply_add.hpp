// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mho {

/// Multiplies and adds in registers, `rounds` rounds of independent vectors of the chosen instruction set:
/// nothing that this processor computes in float32 with that set is faster. Returns the number of
/// floating-point operations that it did; whoever calls it looks at the clock.
std::int64_t multiply_add(std::int64_t rounds);

}  // namespace mho
