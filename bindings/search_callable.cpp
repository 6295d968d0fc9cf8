// SPDX-License-Identifier: Apache-2.0
#include "bindings/search_callable.hpp"

#include <pybind11/pybind11.h>

#include <nlohmann/json.hpp>

#include "bindings/extensions.hpp"
#include "core/base/error.hpp"
#include "search/judges/function_evaluator.hpp"
#include "search/run_search.hpp"
#include "search/spaces/genome_json.hpp"

namespace mho {
namespace {

namespace py = pybind11;

Trial failed_trial(const std::string& reason) {
  Trial trial;
  trial.failed = true;
  trial.reason = reason;
  return trial;
}

Trial judgement_of(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  if (json.contains("error")) return failed_trial(json.at("error").get<std::string>());
  auto trial =
      valued_trial(json.at("accuracy").get<double>(), json.value("deviation", 0.0), json.value("avm", 0.0));
  trial.cost.emplace();
  trial.cost->cores = json.value("cores", 0);
  trial.cost->energy_j = json.value("energy_j", 0.0);
  trial.cost->latency_s = json.value("latency_s", 0.0);
  trial.parameters = json.value("parameters", std::int64_t{0});
  return trial;
}

}  // namespace

CallableSearch search_callable(const std::vector<std::string>& assignments, const py::object& evaluate) {
  auto config = read_run_config("", assignments);
  resolve_g_max(config.hardware);
  CallableSearch result;
  PythonThread thread;
  const auto call = [&](const Genome& genome, int) {
    std::string value;
    try {
      thread.call([&] { value = evaluate(genome_to_json(genome)).cast<std::string>(); });
    } catch (const RunError&) {
      if (!thread.interrupted()) throw;
      return failed_trial("interrupted");  // the search drops it
    }
    return judgement_of(value);
  };
  thread.serve([&] {
    const auto found =
        run_search(config, {.extensions = python_extensions(thread).search, .stop = &thread.interrupted()},
                   FunctionEvaluator(call, false));
    for (const auto& trial : found.trials) result.trials.push_back(to_json_line(trial));
    result.note = found.note;
  });
  result.stopped = thread.interrupted();
  return result;
}

}  // namespace mho
