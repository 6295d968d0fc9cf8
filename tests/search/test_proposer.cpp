// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/proposer.hpp"

#include <algorithm>
#include <set>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using mho::testing::make_trial;
using mho::testing::message_of;

namespace {

std::vector<Trial> some_history(const Space& space) {
  Random random(RandomKey(9));
  std::vector<Trial> history;
  for (int i = 0; i < 16; ++i) {
    history.push_back(make_trial(i, 0.8 + 0.01 * random.uniform(), 0.004, 5));
    history.back().genome = space.sample(random);
  }
  return history;
}

}  // namespace

TEST_CASE("every proposer is a function of its request and stays in the space") {
  const Space space{SpaceConfig{}};
  const SearchConfig search;
  const auto history = some_history(space);
  for (const auto& name : proposer_names()) {
    const auto propose = make_proposer(name), again = make_proposer(name);
    for (int trial : {16, 20, 31})
      for (int draw : {0, 1, 50}) {
        const ProposalRequest request{space, search, history, trial, draw};
        const auto genome = propose(request);
        REQUIRE(space.contains(genome));
        REQUIRE(genome == again(request));
      }
  }
}

TEST_CASE("trial, draw and seed each change what is proposed") {
  const Space space{SpaceConfig{}};
  const SearchConfig search;
  SearchConfig other_seed;
  other_seed.seed = 1;
  const auto history = some_history(space);
  for (const auto& name : proposer_names()) {
    if (name == "bayesian") continue;  // the best by its models may be the same; `pending` tells trials apart
    const auto propose = make_proposer(name);
    const auto genome = propose({space, search, history, 16, 0});
    CHECK_FALSE(genome == propose({space, search, history, 17, 0}));
    CHECK_FALSE(genome == propose({space, search, history, 16, 1}));
    CHECK_FALSE(genome == propose({space, other_seed, history, 16, 0}));
  }
}

TEST_CASE("the Latin hypercube proposer spreads all trials over every gene") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.trials = 24;
  std::map<int, int> channels, residual;
  for (int trial = 0; trial < 24; ++trial) {
    const auto genome = analognas_genome(make_proposer("latin_hypercube")({space, search, {}, trial, 0}));
    ++channels[genome.stem_channels], ++residual[genome.blocks[0].residual_blocks];
  }
  for (const auto& [value, count] : channels) CHECK(count == 24 / 6);
  for (const auto& [value, count] : residual) CHECK(count == 24 / 4);
}

TEST_CASE("an unknown proposer is refused with the nearest name and the known ones") {
  CHECK_THAT(message_of<ConfigError>([] { make_proposer("evolutoin"); }),
             ContainsSubstring("search.proposer: unknown proposer 'evolutoin'") &&
                 ContainsSubstring("did you mean 'evolution'") &&
                 ContainsSubstring("random, latin_hypercube, evolution, nsga2, bayesian"));
}
