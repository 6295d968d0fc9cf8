// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mho {

/// What the numbers of a tensor may be; all have to be finite.
enum class NumberRule { finite, from_zero, above_zero };

/// Throws DataError, "<where>[2, 7]: expected a finite number above 0, got -1", at the first number that
/// breaks the rule. `shape` turns its place into an index; empty for a number that is no part of a list.
void check_numbers(std::span<const float> values, std::span<const std::int64_t> shape, NumberRule rule,
                   const std::string& where);

}  // namespace mho
