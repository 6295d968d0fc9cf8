// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// Standard deviations below this (0.1 points) count as this: over few programmings and images a smaller one
/// says nothing, and a quotient by 0 would put any network that happened to give it first.
constexpr double smallest_deviation = 0.001;

/// The metric after one day, turned so that larger is better.
double day_gain(const Score& score);

/// What a search maximises: the metric's gain after one day ("accuracy", "macro_f1", ...), or with
/// "_over_sigma" that over its standard deviation over programmings (ACC / sigma of AnalogNAS, problem 1).
double objective(const Score& score, const SearchConfig& search);

/// Whether a score keeps the bound on its accuracy variation over one month (T_AVM).
bool keeps_avm(const Score& score, const SearchConfig& search);

/// The scored trials, best first: keeping T_AVM goes first, then the larger objective; of two that break it,
/// the smaller AVM; equals by number. Pointers into `trials`.
std::vector<const Trial*> ranking(std::span<const Trial> trials, const SearchConfig& search);

/// Why none of the trials is one to return, for a progress line: "of 5 trials 2 failed (the last: diverged),
/// 3 broke max_avm = 1 (the lowest AVM is 4.20)".
std::string why_none(std::span<const Trial> trials, const SearchConfig& search);

}  // namespace mho
