// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/random.hpp"

namespace mho::fuzz {

/// `input` after one to four changes: bits, bytes, ranges cut, doubled or moved, numbers and words replaced
/// by edge cases or by others of the same input, brackets nested deep, the end cut off.
std::string mutate(std::string input, Random& random);

}  // namespace mho::fuzz
