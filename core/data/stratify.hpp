// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/random.hpp"

namespace mho {

/// Positions in a list of samples, ascending.
using Indices = std::vector<std::int64_t>;

/// `count` of the samples with these labels (0 or too many: all of them), each class in proportion (largest
/// remainders) and spread evenly over its samples.
Indices spread_indices(const std::vector<int>& labels, std::int64_t count);

/// Parts `chosen` (positions in `labels`) in two, stratified: of each class's n samples round(n x fraction),
/// but at least one where n > 1 and never all, drawn by `key`, go to the second part. fraction 0 leaves the
/// second part empty.
std::pair<Indices, Indices> split_indices(const std::vector<int>& labels, const Indices& chosen,
                                          double fraction, RandomKey key);

}  // namespace mho
