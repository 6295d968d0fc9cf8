// SPDX-License-Identifier: Apache-2.0
#include "search/study/objectives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

struct Objective {
  std::string name;
  bool larger_is_better;
  bool spans_decades;
  std::optional<double> (*value)(const Trial&);  ///< of a scored trial
};

template <auto member>
std::optional<double> of_cost(const Trial& trial) {
  if (!trial.cost) return std::nullopt;
  return static_cast<double>((*trial.cost).*member);
}

std::optional<double> accuracy(const Trial& trial) { return trial.score->at(kOneDay).mean; }

std::optional<double> accuracy_over_sigma(const Trial& trial) {
  const auto& day = trial.score->at(kOneDay);
  return day.mean / std::max(day.standard_deviation, smallest_deviation);
}

/// The last two are values of search.objective, not of search.objectives.
std::vector<Objective> objectives() {
  return {{"accuracy_1d", true, false, accuracy},
          {"avm", false, false, [](const Trial& t) { return std::optional<double>(t.score->avm); }},
          {"energy", false, true, of_cost<&Cost::energy_j>},
          {"latency", false, true, of_cost<&Cost::latency_s>},
          {"cores", false, true, of_cost<&Cost::cores>},
          {"parameters", false, true,
           [](const Trial& t) { return std::optional<double>(static_cast<double>(t.parameters)); }},
          {"writes", false, true,
           [](const Trial& t) {
             const auto& writes = t.score->writes;
             return writes ? std::optional<double>(writes->pulses_per_device.mean) : std::nullopt;
           }},
          {"accuracy", true, false, accuracy},
          {"accuracy_over_sigma", true, true, accuracy_over_sigma}};
}

Objective find(const std::string& name) {
  for (const auto& known : objectives())
    if (known.name == name) return known;
  const auto names = objective_names();
  throw ConfigError(fmt::format("search.objectives: unknown objective '{}'{}; known: {}", name,
                                did_you_mean(name, names), join(names)));
}

}  // namespace

std::vector<std::string> objective_names() {
  return {"accuracy_1d", "avm", "energy", "latency", "cores", "parameters", "writes"};
}

std::vector<std::string> weighed_objectives(const SearchConfig& search) {
  return search.objectives.empty() ? std::vector{search.objective} : search.objectives;
}

std::vector<std::string> front_objectives(const SearchConfig& search) {
  return search.objectives.empty() ? std::vector<std::string>{"accuracy_1d", "energy", "parameters"}
                                   : search.objectives;
}

std::optional<std::vector<double>> objective_values(const Trial& trial, std::span<const std::string> names) {
  if (trial.failed || !trial.score) return std::nullopt;
  std::vector<double> values;
  for (const auto& name : names) {
    const auto value = find(name).value(trial);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

double gain(const std::string& objective, double value) {
  return find(objective).larger_is_better ? value : -value;
}

double modelled_gain(const std::string& objective, double value) {
  const auto known = find(objective);
  const double scaled = known.spans_decades ? std::log(std::max(value, 1e-30)) : value;
  return known.larger_is_better ? scaled : -scaled;
}

}  // namespace mho
