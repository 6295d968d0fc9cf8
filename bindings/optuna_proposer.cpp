// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/extensions.hpp"
#include "bindings/python_object.hpp"
#include "bindings/study_json.hpp"
#include "core/base/error.hpp"
#include "search/proposers/mutation.hpp"
#include "search/spaces/genome_json.hpp"

namespace mho {
namespace py = pybind11;

namespace {

constexpr int faithful_draws = 4;
constexpr int draws_a_mutation = 16;

/// A sampler that has converged proposes what is known for ever. After some such draws its proposal is
/// mutated, once, then more and more often: a new neighbour of what it wants.
Genome diversified(Genome genome, const ProposalRequest& request) {
  if (request.draw < faithful_draws) return genome;
  Random random(request.key().with("neighbour of a known genome"));
  for (int i = 0; i <= (request.draw - faithful_draws) / draws_a_mutation; ++i)
    genome = mutate(genome, request.space, request.search, random);
  return genome;
}

}  // namespace

Proposer make_optuna_proposer(PythonThread& thread, const std::string& name, const RunConfig& config) {
  const auto proposer = std::make_shared<PythonObject>(thread, [&] {
    return py::module_::import("mho._optuna").attr("Proposer")(name, study_to_json(config));
  });
  return [proposer](const ProposalRequest& request) {
    std::vector<std::string> history;
    for (const auto& trial : request.history) history.push_back(trial_to_json(trial, request.search));
    std::string genome;
    proposer->with([&](py::object& object) {
      genome = object.attr("propose")(history, request.key().value(), request.trial).cast<std::string>();
    });
    auto proposed = genome_from_json(genome);
    if (!request.space.contains(proposed))
      throw RunError("Optuna: expected a genome of the space, got " + to_string(proposed));
    return diversified(std::move(proposed), request);
  };
}

}  // namespace mho
