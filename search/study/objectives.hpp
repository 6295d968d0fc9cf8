// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// accuracy_1d, avm, energy, latency, cores, parameters, writes (mean pulses a device): what
/// search.objectives may list.
std::vector<std::string> objective_names();

/// What a proposer weighs: search.objectives, or the one search.objective when that list is empty.
std::vector<std::string> weighed_objectives(const SearchConfig& search);

/// What the front is over: search.objectives, or accuracy_1d, energy and parameters when that list is empty.
std::vector<std::string> front_objectives(const SearchConfig& search);

/// The trial's value of each objective in its own unit (fractions, points, J, s, counts); empty for a trial
/// that failed or lacks one, such as energy without a mapping. Throws ConfigError for an unknown name (did
/// you mean).
std::optional<std::vector<double>> objective_values(const Trial& trial, std::span<const std::string> names);

/// A value turned so that larger is better: accuracies as they are, all others negated.
double gain(const std::string& objective, double value);

/// A gain on the scale on which models learn it: positive quantities that span decades (accuracy_over_sigma,
/// energy, latency, cores, parameters, writes) by their logarithm. Keeps the order of gains.
double modelled_gain(const std::string& objective, double value);

}  // namespace mho
