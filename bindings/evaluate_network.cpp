// SPDX-License-Identifier: Apache-2.0
#include "bindings/evaluate_network.hpp"

#include "bindings/extensions.hpp"
#include "cli/candidate.hpp"
#include "cli/run_options.hpp"
#include "core/base/error.hpp"
#include "evaluators/training/kept_norms.hpp"

namespace mho {
namespace {

NetworkAndData find_network(EvaluationRequest& request, const EvaluationTables& tables,
                            const NetworkReader& reader) {
  if (!request.given) return load_network_and_data(request.name, tables.task, reader, tables.training.from);
  auto notes = request.given->notes;
  auto candidate = to_candidate(std::move(*request.given), request.name);
  return add_data({std::move(candidate.architecture), std::move(candidate.parameters), std::move(notes)},
                  request.name, tables.task);
}

EvaluationAnswer judge(EvaluationRequest& request, PythonThread& thread) {
  RunOptions options;
  options.config = request.config;
  options.assignments = request.assignments;
  options.threads = request.threads;
  const auto loaded = load_evaluation(options);
  const auto& tables = loaded.tables;
  const auto key = RandomKey(loaded.seed).with("evaluate");
  const auto [network, dataset, start] =
      find_network(request, tables, python_extensions(thread).read_network);
  const auto tell = [&](int done, double loss) {
    if (request.on_epoch) thread.call([&] { request.on_epoch(done, tables.training.epochs, loss); });
    return !thread.interrupted();
  };
  const TrainingPart part{.initial = start ? &*start : nullptr};
  auto evaluation =
      network.parameters && !start
          ? rescore(network.architecture, *network.parameters, {dataset.train, dataset.test},
                    tables.evaluation(), key)
          : evaluate(network.architecture, {training_samples(dataset, tables.task), dataset.test},
                     tables.evaluation(), key, tell, part);
  if (evaluation.failed) throw RunError("training failed: " + evaluation.reason);
  auto notes = network.notes;
  if (start)
    if (auto warning = kept_norms_warning(network.architecture, *start, tables.training); !warning.empty())
      notes.push_back(std::move(warning));
  notes.insert(notes.end(), evaluation.notes.begin(), evaluation.notes.end());
  return {score_json(network.architecture, evaluation, loaded.seed), std::move(notes)};
}

}  // namespace

EvaluationAnswer evaluate_network(EvaluationRequest request) {
  EvaluationAnswer answer;
  PythonThread thread;
  thread.serve_stoppable([&] { answer = judge(request, thread); });
  return answer;
}

}  // namespace mho
