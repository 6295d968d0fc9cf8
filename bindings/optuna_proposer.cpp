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

/// The history's lines for Python; only what is new is written again.
class History {
 public:
  const std::vector<std::string>& lines(const ProposalRequest& request) {
    const auto& trials = request.history;
    if (!begins_with_known(trials)) lines_.clear(), known_.clear();
    for (size_t i = lines_.size(); i < trials.size(); ++i) {
      lines_.push_back(trial_to_json(trials[i], request.search));
      known_.push_back(trials[i]);
    }
    return lines_;
  }

 private:
  bool begins_with_known(std::span<const Trial> trials) const {
    if (trials.size() < known_.size()) return false;
    for (size_t i = 0; i < known_.size(); ++i) {
      const auto& now = trials[i];
      const auto& then = known_[i];
      if (now.number != then.number || !(now.genome == then.genome) || now.failed != then.failed ||
          now.score.has_value() != then.score.has_value())
        return false;
      if (now.score && now.score->at(one_day_s).mean != then.score->at(one_day_s).mean) return false;
    }
    return true;
  }

  std::vector<std::string> lines_;
  std::vector<Trial> known_;
};

}  // namespace

Proposer make_optuna_proposer(PythonThread& thread, const std::string& name, const RunConfig& config) {
  const auto proposer = std::make_shared<PythonObject>(thread, [&] {
    return py::module_::import("mho._optuna").attr("Proposer")(name, study_to_json(config));
  });
  const auto history = std::make_shared<History>();
  return [proposer, history](const ProposalRequest& request) {
    const auto& lines = history->lines(request);
    std::string genome;
    proposer->with([&](py::object& object) {
      genome = object.attr("propose")(lines, request.key().value(), request.trial).cast<std::string>();
    });
    auto proposed = genome_from_json(genome);
    if (!request.space.contains(proposed))
      throw RunError("Optuna: expected a genome of the space, got " + to_string(proposed));
    return diversified(std::move(proposed), request);
  };
}

}  // namespace mho
