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

std::optional<Constraint> broken_by(const Study& study, const Architecture& architecture) {
  return broken_constraint(architecture, study.config.search, study.config.chip, study.config.mapping);
}

Architecture network_of(const Study& study, const Genome& genome) {
  return build_architecture(genome, study.evaluator.input, study.evaluator.classes);
}

std::optional<Proposal> draw_new_genome(const Study& study, ProposalRequest request,
                                        const std::set<std::string>& known, Draws& draws) {
  request.acceptable = [&](const Genome& genome) {
    return !known.contains(to_string(genome)) &&
           (study.evaluator.judge || !broken_by(study, network_of(study, genome)));
  };
  for (; request.draw < study.config.search.max_draws; ++request.draw) {
    Proposal proposal{request.trial, study.propose(request), std::nullopt, request.draw + 1};
    if (known.contains(to_string(proposal.genome))) {
      ++draws.known;
      continue;
    }
    if (study.evaluator.judge) return proposal;
    proposal.architecture = network_of(study, proposal.genome);
    const auto broken = broken_by(study, *proposal.architecture);
    if (!broken) return proposal;
    ++(*broken == Constraint::parameters ? draws.by_parameters : draws.by_cores);
  }
  return std::nullopt;
}

ProposalRequest request_for(const Study& study, const std::vector<Trial>& history,
                            const std::vector<Genome>& pending, int trial) {
  return {.space = study.space,
          .search = study.config.search,
          .history = history,
          .trial = trial,
          .earlier = study.guide.earlier(),
          .pending = pending,
          .surrogate = study.guide.trusted()};
}

/// With a prefilter the best of several genomes; of as many as the space still gives. All become known.
std::optional<Proposal> propose_trial(const Study& study, ProposalRequest request,
                                      std::set<std::string>& known, Draws& draws) {
  std::vector<Proposal> choices;
  const int wanted = proposals_per_trial(study.config.search);
  while (std::ssize(choices) < wanted) {
    auto proposal = draw_new_genome(study, request, known, draws);
    if (!proposal) break;
    request.draw = proposal->draws;
    known.insert(to_string(proposal->genome));
    choices.push_back(std::move(*proposal));
  }
  if (choices.empty()) return std::nullopt;
  return prefilter(study.config.search, study.evaluator, std::move(choices));
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
  std::vector<Genome> pending;
  for (int trial = first; trial < std::min(first + search.population, search.trials); ++trial) {
    Draws draws;
    auto proposal = propose_trial(study, request_for(study, history, pending, trial), known, draws);
    if (!proposal && trial == 0) refuse_space(study, draws);
    if (!proposal) {
      generation.note = exhausted_note(study, trial, draws);
      break;
    }
    pending.push_back(proposal->genome);
    generation.proposals.push_back(std::move(*proposal));
  }
  return generation;
}

}  // namespace mho
