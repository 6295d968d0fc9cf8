// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

struct Proposal;
class UntrainedMeter;

/// Genomes that are drawn for one trial: 1 / prefilter_keep, rounded up; 1 without a prefilter.
int proposals_per_trial(const SearchConfig& search);

/// Of one trial's choices (at least one) that whose untrained network promises most, the earlier one of
/// equals. Measures all of them, side by side, and keeps the measures for the record. Without a prefilter,
/// which needs no meter: the first.
Proposal prefilter(const SearchConfig& search, const UntrainedMeter* meter, std::vector<Proposal> choices);

/// What a zero-cost measure told of the final objective.
struct PrefilterWorth {
  std::string name;
  double kendall_tau = 0;  ///< of the measure (larger promises more) and the objective; NaN: nothing to order
  int trials = 0;          ///< fully trained ones that it is measured on
};

/// Of every measure; empty without a prefilter. The trials are those that the prefilter let pass: the tau
/// over everything proposed may be larger.
std::vector<PrefilterWorth> prefilter_worths(std::span<const Trial> trials, const SearchConfig& search);

}  // namespace mho
