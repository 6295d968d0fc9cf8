// SPDX-License-Identifier: Apache-2.0
#include "bindings/search_callable.hpp"

#include <pybind11/pybind11.h>

#include <nlohmann/json.hpp>

#include "bindings/extensions.hpp"
#include "cli/output.hpp"
#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "search/judges/function_evaluator.hpp"
#include "search/judges/training_evaluator.hpp"
#include "search/report/run_report.hpp"
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

/// What the Python function says of a genome; from any thread but the serving one.
std::string ask(PythonThread& thread, const py::object& function, const Genome& genome) {
  std::string answer;
  thread.call([&] { answer = function(genome_to_json(genome)).cast<std::string>(); });
  return answer;
}

FunctionEvaluator evaluator_of(PythonThread& thread, const py::object& evaluate) {
  const auto call = [&](const Genome& genome, int) {
    try {
      return judgement_of(ask(thread, evaluate, genome));
    } catch (const RunError&) {
      if (!thread.interrupted()) throw;
      return failed_trial("interrupted");  // the search drops it
    }
  };
  return FunctionEvaluator(call, false);
}

NetworkBuilder builder_of(PythonThread& thread, const py::object& build) {
  return [&](const Genome& genome, Shape input, int classes) {
    auto json = nlohmann::ordered_json::parse(ask(thread, build, genome));
    if (json.contains("error")) throw ArchitectureError("build: " + json.at("error").get<std::string>());
    if (!json.contains("input")) json["input"] = {input.height, input.width, input.channels};
    auto network = read_architecture_json(json.dump(), "build");
    if (!(network.input() == input) || network.outputs() != classes)
      throw ArchitectureError(
          "build: expected a network for the task's input and classes, got another input or " +
          std::to_string(network.outputs()) + " classes");
    return network;
  };
}

std::string progress_json(const SearchProgress& event) {
  const auto trial = [](const Trial* of) {
    return of ? nlohmann::json::parse(to_json_line(*of)) : nlohmann::json();
  };
  return nlohmann::json{{"done", event.done},          {"total", event.total},
                        {"trial", trial(event.trial)}, {"best", trial(event.best)},
                        {"why_none", event.why_none},  {"message", event.message}}
      .dump();
}

/// An exception of the listener's ends the search, but Ctrl-C does so in its own way.
std::function<void(const SearchProgress&)> teller_of(PythonThread& thread, const py::object& listener) {
  if (listener.is_none()) return {};
  return [&](const SearchProgress& event) {
    if (event.running) return;
    try {
      thread.call([&] { listener(progress_json(event)); });
    } catch (const RunError&) {
      if (!thread.interrupted()) throw;
    }
  };
}

RunConfig config_of(const CallableSearch& search) {
  auto config = read_run_config(search.config, search.assignments);
  if (!search.genes.empty()) config.space.genes = search.genes;
  resolve_g_max(config.hardware);
  check_run_config(config);
  return config;
}

SearchResult run(const CallableSearch& search, const RunConfig& config, PythonThread& thread) {
  const SearchOptions options{.folder = search.folder,
                              .resume = search.resume,
                              .storage = search.storage,
                              .study = search.study,
                              .extensions = python_extensions(thread).search,
                              .stop = &thread.interrupted(),
                              .on_progress = teller_of(thread, search.progress)};
  if (!search.evaluate.is_none()) return run_search(config, options, evaluator_of(thread, search.evaluate));
  const auto build = search.build.is_none() ? NetworkBuilder{} : builder_of(thread, search.build);
  return run_search(config, options, *make_evaluator(config, build, options.extensions.read_network));
}

}  // namespace

CallableResult search_callable(const CallableSearch& search) {
  set_thread_count(search.threads);
  const auto config = config_of(search);
  CallableResult result;
  PythonThread thread;
  thread.serve([&] {
    const auto found = run(search, config, thread);
    if (!search.folder.empty()) leave_report(search.folder, std::string("mho ") + version());
    for (const auto& trial : found.trials) result.trials.push_back(to_json_line(trial));
    for (const auto& trial : found.front) result.front.push_back(trial.number);
    result.note = found.note;
  });
  result.stopped = thread.interrupted();
  return result;
}

}  // namespace mho
