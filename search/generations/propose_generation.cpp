// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "core/base/error.hpp"
#include "core/base/quantity.hpp"
#include "search/candidate_config.hpp"
#include "search/constraints.hpp"
#include "search/generations/first_genomes.hpp"
#include "search/generations/generation.hpp"
#include "search/generations/prefilter.hpp"
#include "search/proposers/draw_genome.hpp"
#include "search/proposers/history_orders.hpp"

namespace mho {
namespace {

std::optional<Constraint> broken_by(const Study& study, const Genome& genome,
                                    const Architecture& architecture) {
  if (!has_settings(genome))
    return broken_constraint(architecture, study.config.search, study.config.chip, study.config.mapping);
  const auto config = candidate_config(study.config, genome);
  return broken_constraint(architecture, config.search, config.chip, config.mapping);
}

/// What came of building a genome's network.
struct Built {
  std::optional<Architecture> architecture = {};
  std::optional<Constraint> broken = {};
  std::string failure = {};  ///< why there is none
};

/// The networks of the genomes that a generation looked at: building and mapping one takes long.
class Builder {
 public:
  explicit Builder(const Study& study) : study_(study) {}

  const Built& operator()(const Genome& genome) {
    const auto [built, is_new] = built_.try_emplace(to_string(genome));
    if (is_new) built->second = build(genome);
    return built->second;
  }

 private:
  Built build(const Genome& genome) const {
    const auto* networks = study_.evaluator.networks();
    if (!networks) return {};
    Built built;
    try {
      built.architecture = networks->network(genome);
      built.broken = broken_by(study_, genome, *built.architecture);
    } catch (const ArchitectureError& error) {
      built.failure = error.what();
    } catch (const RunError& error) {  // of a host language
      built.failure = error.what();
    }
    return built;
  }

  const Study& study_;
  std::map<std::string, Built> built_;
};

/// Refuses what is known or breaks a bound. A genome that builds no network is a trial, which fails.
Refuse refusal_of(const std::set<std::string>& known, Builder& built) {
  return [&](const Genome& genome) -> std::optional<Refusal> {
    if (known.contains(to_string(genome))) return Refusal::known;
    const auto& broken = built(genome).broken;
    if (!broken) return std::nullopt;
    switch (*broken) {
      case Constraint::parameters:
        return Refusal::parameters;
      case Constraint::macs:
        return Refusal::macs;
      case Constraint::cores:
        return Refusal::cores;
    }
    throw std::logic_error("an unknown constraint");
  };
}

/// What all proposals of a generation know.
struct Past {
  const std::vector<Trial>& history;
  HistoryOrders orders;
  std::vector<Genome> pending = {};
};

ProposalRequest request_for(const Study& study, const Past& past, int trial) {
  return {.space = study.space,
          .search = study.config.search,
          .history = past.history,
          .trial = trial,
          .earlier = study.guide.earlier(),
          .pending = past.pending,
          .surrogate = study.guide.trusted(),
          .orders = &past.orders};
}

/// With a prefilter the best of several genomes; of as many as the space still gives. All become known.
std::optional<Proposal> propose_trial(const Study& study, ProposalRequest request, Builder& built,
                                      std::set<std::string>& known, Draws& draws) {
  const auto refuse = refusal_of(known, built);
  const auto* networks = study.evaluator.networks();
  std::vector<Proposal> choices;
  const int wanted = proposals_per_trial(study.config.search);
  while (std::ssize(choices) < wanted) {
    const auto drawn = draw_genome(study.propose, request, refuse, draws);
    if (!drawn) break;
    request.draw = drawn->draws;
    known.insert(to_string(drawn->genome));
    const auto& [architecture, broken, failure] = built(drawn->genome);
    choices.push_back(
        {request.trial, drawn->genome, study.space.name(drawn->genome), architecture, drawn->draws});
    choices.back().failure = failure;
  }
  if (choices.empty()) return std::nullopt;
  return prefilter(study.config.search, networks ? networks->untrained() : nullptr, std::move(choices));
}

std::string bound_word(Constraint broken, const SearchConfig& search) {
  switch (broken) {
    case Constraint::parameters:
      return fmt::format("search.max_parameters = {}", search.max_parameters);
    case Constraint::macs:
      return fmt::format("search.max_macs = {}", search.max_macs);
    case Constraint::cores:
      return "search.max_cores, or the chip's cores";
  }
  throw std::logic_error("an unknown constraint");
}

/// The trials that search.start_with gives. Throws ConfigError where one breaks a bound.
std::vector<Proposal> given_proposals(const Study& study, Builder& built) {
  std::vector<Proposal> given;
  for (auto& genome : first_genomes(study.config.search, study.space)) {
    const auto name = study.space.name(genome);
    const auto& [architecture, broken, failure] = built(genome);
    if (broken)
      throw ConfigError(fmt::format("search.start_with, genome {}: expected one that keeps {}, got {}",
                                    given.size() + 1, bound_word(*broken, study.config.search), name));
    given.push_back({static_cast<int>(given.size()), std::move(genome), name, architecture, 1});
    given.back().failure = failure;
  }
  return given;
}

std::string limit_word(std::int64_t limit) { return limit == 0 ? "none" : std::to_string(limit); }

[[noreturn]] void refuse_space(const Study& study, const Draws& draws) {
  const auto& search = study.config.search;
  const auto looked_at = std::int64_t{draws.by_parameters} + draws.by_macs + draws.by_cores;
  throw ConfigError(fmt::format(
      "no genome of the space keeps max_parameters = {}, max_macs = {} and max_cores = {}: of {} {} {}; "
      "widen "
      "[space] towards smaller networks or raise the limits in [search]",
      limit_word(search.max_parameters), limit_word(search.max_macs), core_limit(search, study.config.chip),
      format_count(looked_at), draws.whole_space ? "genomes, all there are," : "draws", refused_by(draws)));
}

}  // namespace

Generation propose_generation(const Study& study, int first, const std::vector<Trial>& history) {
  const auto& search = study.config.search;
  std::set<std::string> known;
  for (const auto& trial : history) known.insert(to_string(trial.genome));
  Builder built(study);
  const auto given = given_proposals(study, built);
  for (const auto& proposal : given) known.insert(to_string(proposal.genome));
  Generation generation;
  Past past{history, {history, search}};
  for (int trial = first; trial < std::min(first + search.population, search.trials); ++trial) {
    Draws draws;
    auto proposal = trial < std::ssize(given)
                        ? given[static_cast<size_t>(trial)]
                        : propose_trial(study, request_for(study, past, trial), built, known, draws);
    if (!proposal && trial == 0) refuse_space(study, draws);
    if (!proposal) {
      generation.note = exhausted_note(search, trial, draws);
      break;
    }
    past.pending.push_back(proposal->genome);
    generation.proposals.push_back(std::move(*proposal));
  }
  return generation;
}

}  // namespace mho
