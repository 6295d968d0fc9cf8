// SPDX-License-Identifier: Apache-2.0
#include "search/study/objectives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
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

std::optional<double> day_mean(const Trial& trial) { return trial.score->at(one_day_s).mean; }

std::optional<double> mean_over_sigma(const Trial& trial) {
  const auto& day = trial.score->at(one_day_s);
  return day.mean / std::max(day.standard_deviation, smallest_deviation);
}

std::optional<double> avm(const Trial& trial) { return trial.score->avm; }

std::optional<double> writes(const Trial& trial) {
  if (!trial.score->writes) return std::nullopt;
  return trial.score->writes->pulses_per_device.mean;
}

std::optional<double> parameters(const Trial& trial) { return static_cast<double>(trial.parameters); }

constexpr std::string_view after_a_day = "_1d", over_sigma = "_over_sigma";

bool ends_with(Objective objective, std::string_view end) { return word_of(objective).ends_with(end); }

/// The metric that an objective is of; null for a cost.
const Metric* metric_in(Objective objective) {
  if (objective == Objective::of_task) return &metrics().front();
  auto name = word_of(objective);
  for (const auto end : {after_a_day, over_sigma})
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  for (const auto& metric : metrics())
    if (metric.name == name) return &metric;
  return nullptr;
}

/// The objective of a metric.
Objective with_end(const Metric& metric, std::string_view end) {
  return find_word<Objective>(metric.name + std::string(end)).value();
}

Objective resolved(Objective objective, const Metric& metric) {
  if (objective != Objective::of_task) return objective;
  return with_end(metric, metric.larger_is_better ? over_sigma : "");
}

Traits traits_of(Objective objective) {
  objective = resolved(objective, metrics().front());
  if (const auto* metric = metric_in(objective)) {
    const bool over = ends_with(objective, over_sigma);
    return {metric->larger_is_better, over, over ? mean_over_sigma : day_mean};
  }
  switch (objective) {
    case Objective::avm:
      return {false, false, avm};
    case Objective::energy:
      return {false, true, of_cost<&Cost::energy_j>};
    case Objective::latency:
      return {false, true, of_cost<&Cost::latency_s>};
    case Objective::cores:
      return {false, true, of_cost<&Cost::cores>};
    case Objective::writes:
      return {false, true, writes};
    default:
      return {false, true, parameters};
  }
}

/// Those that are, or are not, a metric's alone.
std::vector<Objective> chosen(bool single) {
  std::vector<Objective> found;
  for (const Objective objective : all_values<Objective>())
    if (single == (metric_in(objective) && !ends_with(objective, after_a_day))) found.push_back(objective);
  return found;
}

}  // namespace

std::vector<Objective> front_choices() { return chosen(false); }

std::vector<Objective> single_objectives() { return chosen(true); }

bool is_over_sigma(const SearchConfig& search) {
  return search.objective == Objective::of_task || ends_with(search.objective, over_sigma);
}

const Metric& metric_of(const SearchConfig& search) { return *metric_in(search.objective); }

void resolve_objective(const TaskConfig& task, SearchConfig& search) {
  const auto& metric = metric_of(task.metric);
  search.objective = resolved(search.objective, metric);
  if (metric_of(search).name != task.metric)
    throw ConfigError(fmt::format("search.objective: expected one of task.metric = \"{}\", got \"{}\"",
                                  task.metric, word_of(search.objective)));
  for (const Objective objective : search.objectives)
    if (const auto* other = metric_in(objective); other && other->name != task.metric)
      throw ConfigError(fmt::format("search.objectives: expected \"{}\", as task.metric is, got \"{}\"",
                                    word_of(with_end(metric, after_a_day)), word_of(objective)));
}

std::vector<Objective> weighed_objectives(const SearchConfig& search) {
  if (!search.objectives.empty()) return search.objectives;
  return {resolved(search.objective, metric_of(search))};
}

std::vector<Objective> front_objectives(const SearchConfig& search) {
  if (!search.objectives.empty()) return search.objectives;
  return {with_end(metric_of(search), after_a_day), Objective::energy, Objective::parameters};
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
