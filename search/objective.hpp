// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "search/search_config.hpp"
#include "search/trial.hpp"

namespace mho {

/// Standard deviations below this (0.1 points) count as this: over few programmings and images a smaller one
/// says nothing, and a quotient by 0 would put any network that happened to give it first.
constexpr double smallest_deviation = 0.001;

/// What a search maximises. "accuracy": mean accuracy after one day; "accuracy_over_sigma": that over its
/// standard deviation over programmings (ACC / sigma of AnalogNAS, problem 1).
double objective(const Score& score, const SearchConfig& search);

/// Whether a score keeps the bound on its accuracy variation over one month (T_AVM).
bool keeps_avm(const Score& score, const SearchConfig& search);

/// Whether `a` ranks before `b`: keeping T_AVM goes first, then the larger objective; of two that break it,
/// the smaller AVM.
bool ranks_before(const Score& a, const Score& b, const SearchConfig& search);

/// The scored trials, best first by ranks_before, equals by number. Pointers into `trials`.
std::vector<const Trial*> ranking(std::span<const Trial> trials, const SearchConfig& search);

}  // namespace mho
