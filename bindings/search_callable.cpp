// SPDX-License-Identifier: Apache-2.0
#include "bindings/search_callable.hpp"

#include <pybind11/pybind11.h>

#include <nlohmann/json.hpp>

#include "bindings/extensions.hpp"
#include "core/base/error.hpp"
#include "search/genome_json.hpp"
#include "search/own_objective.hpp"
#include "search/search_objective.hpp"

namespace mho {
namespace {

namespace py = pybind11;

Trial read_value(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  Trial value;
  value.failed = json.contains("error");
  if (value.failed) {
    value.reason = json.at("error").get<std::string>();
    return value;
  }
  value.score =
      plain_score(json.at("accuracy").get<double>(), json.value("deviation", 0.0), json.value("avm", 0.0));
  value.cost.emplace();
  value.cost->cores = json.value("cores", 0);
  value.cost->energy_j = json.value("energy_j", 0.0);
  value.cost->latency_s = json.value("latency_s", 0.0);
  value.parameters = json.value("parameters", std::int64_t{0});
  return value;
}

}  // namespace

CallableSearch search_callable(const std::vector<std::string>& assignments, const py::object& evaluate) {
  auto config = read_run_config("", assignments);
  resolve_g_max(config.hardware);
  CallableSearch result;
  PythonThread thread;
  const auto objective = [&](const Genome& genome, int) {
    std::string value;
    try {
      thread.call([&] { value = evaluate(genome_to_json(genome)).cast<std::string>(); });
    } catch (const RunError&) {
      if (!thread.interrupted()) throw;
      return Trial{};  // the search drops it
    }
    return read_value(value);
  };
  thread.serve([&] {
    const auto found = search_objective(config, objective, python_extensions(thread), &thread.interrupted());
    for (const auto& trial : found.trials) result.trials.push_back(to_json_line(trial));
    result.note = found.note;
  });
  result.stopped = thread.interrupted();
  return result;
}

}  // namespace mho
