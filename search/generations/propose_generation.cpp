// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/quantity.hpp"
#include "search/constraints.hpp"
#include "search/generations/generation.hpp"
#include "search/generations/prefilter.hpp"
#include "search/proposers/draw_genome.hpp"
#include "search/spaces/build_architecture.hpp"

namespace mho {
namespace {

std::optional<Constraint> broken_by(const Study& study, const Architecture& architecture) {
  return broken_constraint(architecture, study.config.search, study.config.chip, study.config.mapping);
}

/// Refuses what is known or breaks a bound, and remembers the latter: mapping a network takes long.
class Refuser {
 public:
  Refuser(const Study& study, const std::set<std::string>& known) : study_(study), known_(known) {}

  std::optional<Refusal> operator()(const Genome& genome) {
    const auto name = to_string(genome);
    if (known_.contains(name)) return Refusal::known;
    const auto* networks = study_.evaluator.networks();
    if (!networks) return std::nullopt;
    const auto [judged, is_new] = judged_.try_emplace(name);
    if (is_new) judged->second = broken_by(study_, networks->network(genome));
    if (!judged->second) return std::nullopt;
    return *judged->second == Constraint::parameters ? Refusal::parameters : Refusal::cores;
  }

 private:
  const Study& study_;
  const std::set<std::string>& known_;
  std::map<std::string, std::optional<Constraint>> judged_;
};

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
std::optional<Proposal> propose_trial(const Study& study, ProposalRequest request, const Refuse& refuse,
                                      std::set<std::string>& known, Draws& draws) {
  const auto* networks = study.evaluator.networks();
  std::vector<Proposal> choices;
  const int wanted = proposals_per_trial(study.config.search);
  while (std::ssize(choices) < wanted) {
    const auto drawn = draw_genome(study.propose, request, refuse, draws);
    if (!drawn) break;
    request.draw = drawn->draws;
    known.insert(to_string(drawn->genome));
    choices.push_back({request.trial, drawn->genome, std::nullopt, drawn->draws});
    if (networks) choices.back().architecture = networks->network(drawn->genome);
  }
  if (choices.empty()) return std::nullopt;
  return prefilter(study.config.search, networks ? networks->untrained() : nullptr, std::move(choices));
}

[[noreturn]] void refuse_space(const Study& study, const Draws& draws) {
  const auto& search = study.config.search;
  const auto looked_at = std::int64_t{draws.by_parameters} + draws.by_cores;
  throw ConfigError(fmt::format(
      "no genome of the space keeps max_parameters = {} and max_cores = {}: of {} {} {} were refused by "
      "parameters, {} by cores; widen [space] towards smaller networks or raise the limits in [search]",
      search.max_parameters == 0 ? "none" : std::to_string(search.max_parameters),
      core_limit(search, study.config.chip), format_count(looked_at),
      draws.whole_space ? "genomes, all there are," : "draws", format_count(draws.by_parameters),
      format_count(draws.by_cores)));
}

}  // namespace

Generation propose_generation(const Study& study, int first, const std::vector<Trial>& history) {
  const auto& search = study.config.search;
  std::set<std::string> known;
  for (const auto& trial : history) known.insert(to_string(trial.genome));
  const Refuse refuse = Refuser(study, known);
  Generation generation;
  std::vector<Genome> pending;
  for (int trial = first; trial < std::min(first + search.population, search.trials); ++trial) {
    Draws draws;
    auto proposal = propose_trial(study, request_for(study, history, pending, trial), refuse, known, draws);
    if (!proposal && trial == 0) refuse_space(study, draws);
    if (!proposal) {
      generation.note = exhausted_note(search, trial, draws);
      break;
    }
    pending.push_back(proposal->genome);
    generation.proposals.push_back(std::move(*proposal));
  }
  return generation;
}

}  // namespace mho
