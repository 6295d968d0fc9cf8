// SPDX-License-Identifier: Apache-2.0
#include "search/study/objectives.hpp"

#include <algorithm>
#include <cmath>

#include "search/study/objective.hpp"

namespace mho {
namespace {

struct Traits {
  bool larger_is_better;
  bool spans_decades;
  std::optional<double> (*value)(const Trial&);  ///< of a scored trial
};

template <auto member>
std::optional<double> of_cost(const Trial& trial) {
  if (!trial.cost) return std::nullopt;
  return static_cast<double>((*trial.cost).*member);
}

std::optional<double> accuracy(const Trial& trial) { return trial.score->at(one_day_s).mean; }

std::optional<double> accuracy_over_sigma(const Trial& trial) {
  const auto& day = trial.score->at(one_day_s);
  return day.mean / std::max(day.standard_deviation, smallest_deviation);
}

std::optional<double> avm(const Trial& trial) { return trial.score->avm; }

std::optional<double> parameters(const Trial& trial) { return static_cast<double>(trial.parameters); }

Traits traits_of(Objective objective) {
  switch (objective) {
    case Objective::accuracy:
    case Objective::accuracy_1d:
      return {true, false, accuracy};
    case Objective::accuracy_over_sigma:
      return {true, true, accuracy_over_sigma};
    case Objective::avm:
      return {false, false, avm};
    case Objective::energy:
      return {false, true, of_cost<&Cost::energy_j>};
    case Objective::latency:
      return {false, true, of_cost<&Cost::latency_s>};
    case Objective::cores:
      return {false, true, of_cost<&Cost::cores>};
    default:
      return {false, true, parameters};
  }
}

}  // namespace

std::vector<Objective> weighed_objectives(const SearchConfig& search) {
  return search.objectives.empty() ? std::vector{search.objective} : search.objectives;
}

std::vector<Objective> front_objectives(const SearchConfig& search) {
  return search.objectives.empty()
             ? std::vector{Objective::accuracy_1d, Objective::energy, Objective::parameters}
             : search.objectives;
}

std::optional<std::vector<double>> objective_values(const Trial& trial,
                                                    std::span<const Objective> objectives) {
  if (trial.failed || !trial.score) return std::nullopt;
  std::vector<double> values;
  for (const Objective objective : objectives) {
    const auto value = traits_of(objective).value(trial);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

double gain(Objective objective, double value) {
  return traits_of(objective).larger_is_better ? value : -value;
}

double modelled_gain(Objective objective, double value) {
  const auto traits = traits_of(objective);
  const double scaled = traits.spans_decades ? std::log(std::max(value, 1e-30)) : value;
  return traits.larger_is_better ? scaled : -scaled;
}

}  // namespace mho
