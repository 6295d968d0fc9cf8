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

std::optional<double> day_mean(const Trial& trial) { return trial.score->at(kOneDay).mean; }

std::optional<double> mean_over_sigma(const Trial& trial) {
  const auto& day = trial.score->at(kOneDay);
  return day.mean / std::max(day.standard_deviation, smallest_deviation);
}

const std::string after_a_day = "_1d", over_sigma = "_over_sigma";

/// Those of a metric: of search.objectives, then of search.objective.
std::vector<Objective> objectives_of(const Metric& metric) {
  const std::string name = metric.name;
  std::vector<Objective> all{{name + after_a_day, metric.larger_is_better, false, day_mean},
                             {name, metric.larger_is_better, false, day_mean}};
  if (metric.larger_is_better) all.push_back({name + over_sigma, true, true, mean_over_sigma});
  return all;
}

std::vector<Objective> cost_objectives() {
  return {{"avm", false, false, [](const Trial& t) { return std::optional<double>(t.score->avm); }},
          {"energy", false, true, of_cost<&Cost::energy_j>},
          {"latency", false, true, of_cost<&Cost::latency_s>},
          {"cores", false, true, of_cost<&Cost::cores>},
          {"parameters", false, true,
           [](const Trial& t) { return std::optional<double>(static_cast<double>(t.parameters)); }}};
}

std::vector<Objective> objectives() {
  auto all = cost_objectives();
  for (const auto& metric : metrics())
    for (auto& objective : objectives_of(metric)) all.push_back(std::move(objective));
  return all;
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
  std::vector<std::string> names;
  for (const auto& metric : metrics()) names.push_back(metric.name + after_a_day);
  for (const auto& objective : cost_objectives()) names.push_back(objective.name);
  return names;
}

std::vector<std::string> single_objective_names() {
  std::vector<std::string> names{""};
  for (const auto& metric : metrics())
    for (const auto& objective : objectives_of(metric))
      if (!objective.name.ends_with(after_a_day)) names.push_back(objective.name);
  return names;
}

bool is_over_sigma(const SearchConfig& search) {
  return search.objective.empty() || search.objective.ends_with(over_sigma);
}

const Metric& metric_of(const SearchConfig& search) {
  if (search.objective.empty()) return metrics().front();
  const auto length = search.objective.size() - (is_over_sigma(search) ? over_sigma.size() : 0);
  return metric_of(search.objective.substr(0, length));
}

void resolve_objective(const TaskConfig& task, SearchConfig& search) {
  if (search.objective.empty())
    search.objective = task.metric + (metric_of(task.metric).larger_is_better ? over_sigma : "");
  if (metric_of(search).name != task.metric)
    throw ConfigError(fmt::format("search.objective: expected one of task.metric = \"{}\", got \"{}\"",
                                  task.metric, search.objective));
  for (const auto& name : search.objectives)
    if (name.ends_with(after_a_day) && name != task.metric + after_a_day)
      throw ConfigError(fmt::format("search.objectives: expected \"{}{}\", as task.metric is, got \"{}\"",
                                    task.metric, after_a_day, name));
}

std::vector<std::string> weighed_objectives(const SearchConfig& search) {
  if (!search.objectives.empty()) return search.objectives;
  return {search.objective.empty() ? metrics().front().name + over_sigma : search.objective};
}

std::vector<std::string> front_objectives(const SearchConfig& search) {
  if (!search.objectives.empty()) return search.objectives;
  return {metric_of(search).name + after_a_day, "energy", "parameters"};
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
