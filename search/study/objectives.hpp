// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/data/metric.hpp"
#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// What search.objectives may list, and what search.objective may be.
std::vector<Objective> front_choices();
std::vector<Objective> single_objectives();

bool is_over_sigma(const SearchConfig& search);
/// The metric that search.objective is of.
const Metric& metric_of(const SearchConfig& search);
/// Where search.objective was left open: the task's metric, over its deviation where more is better. Throws
/// ConfigError where search.objective or search.objectives speak of another metric than the task's.
void resolve_objective(const TaskConfig& task, SearchConfig& search);

/// What a proposer weighs: search.objectives, or the one search.objective when that list is empty.
std::vector<Objective> weighed_objectives(const SearchConfig& search);

/// What the front is over: search.objectives, or the metric after a day, energy and parameters when that list
/// is empty.
std::vector<Objective> front_objectives(const SearchConfig& search);

/// The trial's value of each objective in its own unit (fractions, points, J, s, counts); empty for a trial
/// that failed or lacks one, such as energy without a mapping.
std::optional<std::vector<double>> objective_values(const Trial& trial,
                                                    std::span<const Objective> objectives);

/// A value turned so that larger is better: metrics of which more is better as they are, all others negated.
double gain(Objective objective, double value);

/// A gain on the scale on which models learn it: positive quantities that span decades (accuracy_over_sigma,
/// energy, latency, cores, parameters, writes) by their logarithm. Keeps the order of gains.
double modelled_gain(Objective objective, double value);

}  // namespace mho
