// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "search/build_architecture.hpp"
#include "search/constraints.hpp"
#include "search/generation.hpp"

namespace mho {
namespace {

/// What became of the draws for one trial.
struct Draws {
  int known = 0;
  int by_parameters = 0;
  int by_cores = 0;
};

std::optional<Proposal> draw_new_genome(const Study& study, ProposalRequest request,
                                        const std::set<std::string>& known, Draws& draws) {
  const auto& search = study.config.search;
  for (; request.draw < search.max_draws; ++request.draw) {
    auto genome = study.propose(request);
    if (known.contains(to_string(genome))) {
      ++draws.known;
      continue;
    }
    auto architecture = build_architecture(genome, study.evaluator.input, study.evaluator.classes);
    const auto broken = broken_constraint(architecture, search, study.config.chip, study.config.mapping);
    if (!broken) return Proposal{request.trial, std::move(genome), std::move(architecture), request.draw + 1};
    ++(*broken == Constraint::parameters ? draws.by_parameters : draws.by_cores);
  }
  return std::nullopt;
}

/// With a prefilter several genomes are drawn for a trial; as many as the space still gives.
std::vector<Proposal> propose_trial(const Study& study, ProposalRequest request, std::set<std::string>& known,
                                    Draws& draws) {
  std::vector<Proposal> proposals;
  const int wanted = proposals_per_trial(study.config.search);
  while (std::ssize(proposals) < wanted) {
    auto proposal = draw_new_genome(study, request, known, draws);
    if (!proposal) break;
    request.draw = proposal->draws;
    known.insert(to_string(proposal->genome));
    proposals.push_back(std::move(*proposal));
  }
  return proposals;
}

[[noreturn]] void refuse_space(const Study& study, const Draws& draws) {
  const auto& search = study.config.search;
  throw ConfigError(fmt::format(
      "no genome of the space keeps max_parameters = {} and max_cores = {} after {} draws ({} refused by "
      "parameters, "
      "{} by cores); widen [space] towards smaller networks or raise the limits in [search]",
      search.max_parameters == 0 ? "none" : std::to_string(search.max_parameters),
      core_limit(search, study.config.chip), search.max_draws, draws.by_parameters, draws.by_cores));
}

std::string exhausted_note(const Study& study, int trial, const Draws& draws) {
  return fmt::format(
      "the space ran out of new genomes at trial {} of {}: of {} draws {} were known already, {} refused by "
      "parameters, {} by cores",
      trial, study.config.search.trials, study.config.search.max_draws, draws.known, draws.by_parameters,
      draws.by_cores);
}

}  // namespace

Generation propose_generation(const Study& study, int first, const std::vector<Trial>& history) {
  const auto& search = study.config.search;
  std::set<std::string> known;
  for (const auto& trial : history) known.insert(to_string(trial.genome));
  Generation generation;
  std::vector<std::vector<Proposal>> choices;  // one a trial
  for (int trial = first; trial < std::min(first + search.population, search.trials); ++trial) {
    Draws draws;
    auto proposals = propose_trial(study, {study.space, search, history, trial, 0}, known, draws);
    if (proposals.empty() && trial == 0) refuse_space(study, draws);
    if (proposals.empty()) {
      generation.note = exhausted_note(study, trial, draws);
      break;
    }
    choices.push_back(std::move(proposals));
  }
  generation.proposals = prefilter(search, study.evaluator, std::move(choices));
  return generation;
}

}  // namespace mho
