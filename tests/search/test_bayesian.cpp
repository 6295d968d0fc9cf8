// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/bayesian.hpp"

#include <algorithm>
#include <set>

#include "search/models/hypervolume.hpp"
#include "search/proposers/domination.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

SearchConfig of_accuracy() {
  SearchConfig search;
  search.objective = Objective::accuracy;
  search.surrogate_pool = 128;
  return search;
}

double best_accuracy(const std::vector<Trial>& trials) {
  double best = 0;
  for (const auto& trial : trials) best = std::max(best, trial.score->at(one_day_s).mean);
  return best;
}

}  // namespace

TEST_CASE("Bayesian proposals are better than anything that they learned from") {
  const Space space{SpaceConfig{}};
  const auto search = of_accuracy();
  const auto propose = make_bayesian();
  const auto history = synthetic_trials(space, 40, 4);
  std::vector<Genome> pending;
  double proposed = 0;
  for (int trial = 40; trial < 44; ++trial) {
    pending.push_back(propose({space, search, history, trial, 0, {}, pending}));
    proposed = std::max(proposed, synthetic_accuracy(pending.back()));
  }
  CHECK(proposed > best_accuracy(history));
  std::set<std::string> names;
  for (const auto& genome : pending) names.insert(to_string(genome));
  CHECK(names.size() == 4);
}

TEST_CASE("a Bayesian proposal is the same from a memory of other data and from an empty one") {
  const Space space{SpaceConfig{}};
  const auto search = of_accuracy();
  const auto used = make_bayesian();
  const auto history = synthetic_trials(space, 20, 4), other = synthetic_trials(space, 20, 5);
  used({space, search, other, 24, 0});
  CHECK(used({space, search, history, 24, 0}) == make_bayesian()({space, search, history, 24, 0}));
}

TEST_CASE("what is not acceptable is not proposed while something else is") {
  const Space space{SpaceConfig{}};
  const auto search = of_accuracy();
  const auto history = synthetic_trials(space, 20, 4);
  const auto free = make_bayesian()({space, search, history, 24, 0});
  ProposalRequest request{space, search, history, 24, 0};
  request.acceptable = [&](const Genome& genome) { return !(genome == free); };
  CHECK_FALSE(make_bayesian()(request) == free);
}

TEST_CASE(
    "while no trial keeps T_AVM the proposals are where AVM is lowest, and failed trials are no obstacle") {
  const Space space{SpaceConfig{}};
  auto search = of_accuracy();
  search.max_avm = 4.4;  // stems of 64 channels
  std::vector<Trial> history;
  for (const auto& trial : synthetic_trials(space, 40, 4))
    if (trial.score->avm > 4.5) history.push_back(trial);
  history[0].failed = true;
  history[0].score.reset();
  const auto genome = make_bayesian()({space, search, history, 48, 0});
  CHECK(analognas_genome(genome).stem_channels >= 32);  // the widest seen is 32
}

TEST_CASE("with several objectives the proposals add hypervolume") {
  const Space space{SpaceConfig{}};
  for (const std::vector<Objective>& names : {std::vector{Objective::accuracy_1d, Objective::energy},
                                              {Objective::accuracy_1d, Objective::energy, Objective::avm}}) {
    auto search = of_accuracy();
    search.objectives = names;
    const auto history = synthetic_trials(space, 30, 4);
    std::vector<std::vector<double>> known;
    for (const auto& trial : history) known.push_back(objective_point(trial, names, search)->gains);
    const std::vector<double> reference =
        names.size() == 2 ? std::vector{0.5, -3e-4} : std::vector{0.5, -3e-4, -10.0};
    const auto propose = make_bayesian();
    std::vector<Genome> pending;
    double before = hypervolume(known, reference);
    for (int trial = 32; trial < 36; ++trial) {
      pending.push_back(propose({space, search, history, trial, 0, {}, pending}));
      known.push_back(objective_point(synthetic_trial(0, pending.back()), names, search)->gains);
    }
    CHECK(hypervolume(known, reference) > before);
  }
}

TEST_CASE("trials of earlier runs replace the first generation's Latin hypercube") {
  const Space space{SpaceConfig{}};
  const auto search = of_accuracy();
  const auto earlier = synthetic_trials(space, 40, 4);
  ProposalRequest request{space, search, {}, 0, 0};
  const auto cold = make_bayesian()(request);
  request.earlier = earlier;
  CHECK(synthetic_accuracy(make_bayesian()(request)) > synthetic_accuracy(cold));
}
