// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/proposer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "search/proposers/bayesian.hpp"
#include "search/proposers/evolution.hpp"
#include "search/proposers/latin_hypercube.hpp"
#include "search/proposers/nsga2.hpp"

namespace mho {
namespace {

Genome propose_random(const ProposalRequest& request) {
  Random random(request.key());
  return request.space.sample(random);
}

Genome propose_latin_hypercube(const ProposalRequest& request) {
  return from_latin_hypercube(request, 0, request.search.trials, request.trial);
}

struct NamedProposer {
  std::string name;
  Proposer propose;
  ProposerTraits traits = {};
};

std::vector<NamedProposer> known_proposers() {
  return {{"random", propose_random},
          {"latin_hypercube", propose_latin_hypercube, {.one_design = true}},
          {"evolution", propose_evolution, {.screens = true}},
          {"nsga2", propose_nsga2},
          {"bayesian", make_bayesian(), {.learns = true}}};
}

}  // namespace

Genome from_latin_hypercube(const ProposalRequest& request, int number, int count, int index) {
  const auto key = RandomKey(request.search.seed)
                       .with("latin hypercube", static_cast<std::uint64_t>(number))
                       .with("draw", static_cast<std::uint64_t>(request.draw));
  const auto points = latin_hypercube(count, request.space.dimensions(), key);
  return request.space.at(points.at(static_cast<size_t>(index)));
}

std::vector<std::string> proposer_names() {
  std::vector<std::string> names;
  for (const auto& known : known_proposers()) names.push_back(known.name);
  return names;
}

std::vector<std::string> host_proposer_names() {
  return {"optuna:tpe", "optuna:gp", "optuna:nsga2", "optuna:nsga3", "optuna:cmaes", "optuna:random"};
}

bool is_host_proposer(const std::string& name) {
  const auto names = host_proposer_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

ProposerTraits proposer_traits(const std::string& name) {
  for (const auto& known : known_proposers())
    if (known.name == name) return known.traits;
  return {};
}

void check_proposer_name(const std::string& name) {
  auto names = proposer_names();
  for (auto& host : host_proposer_names()) names.push_back(std::move(host));
  if (std::find(names.begin(), names.end(), name) == names.end())
    throw ConfigError(fmt::format("search.proposer: unknown proposer '{}'{}; known: {}", name,
                                  did_you_mean(name, names), join(names)));
}

Proposer make_proposer(const std::string& name) {
  for (const auto& known : known_proposers())
    if (known.name == name) return known.propose;
  check_proposer_name(name);
  throw ConfigError(
      fmt::format("search.proposer: expected one of {}, got the host's '{}'", join(proposer_names()), name));
}

}  // namespace mho
