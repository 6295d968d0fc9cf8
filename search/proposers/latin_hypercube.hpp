// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/random.hpp"

namespace mho {

/// `count` points of the unit cube [0, 1)^dimensions, stratified in every dimension: each of the `count`
/// equal parts of an axis holds exactly one point (McKay et al. 1979). A function of its arguments.
std::vector<std::vector<double>> latin_hypercube(int count, int dimensions, RandomKey key);

}  // namespace mho
