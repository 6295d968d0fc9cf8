// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// What a proposer weighs: search.objectives, or the one search.objective when that list is empty.
std::vector<Objective> weighed_objectives(const SearchConfig& search);

/// What the front is over: search.objectives, or accuracy_1d, energy and parameters when that list is empty.
std::vector<Objective> front_objectives(const SearchConfig& search);

/// The trial's value of each objective in its own unit (fractions, points, J, s, counts); empty for a trial
/// that failed or lacks one, such as energy without a mapping.
std::optional<std::vector<double>> objective_values(const Trial& trial,
                                                    std::span<const Objective> objectives);

/// A value turned so that larger is better: accuracies as they are, all others negated.
double gain(Objective objective, double value);

/// A gain on the scale on which models learn it: positive quantities that span decades (accuracy_over_sigma,
/// energy, latency, cores, parameters) by their logarithm. Keeps the order of gains.
double modelled_gain(Objective objective, double value);

}  // namespace mho
