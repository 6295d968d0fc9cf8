// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/draw_genome.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// Has converged: the same genome for ever.
Genome always_first(const ProposalRequest& request) { return request.space.genome(0); }

/// Trials until nothing is drawn any more, with what the last drawing found.
struct Exhausted {
  std::set<std::string> names;
  Draws draws;
};

Exhausted draw_all(const Space& space, const SearchConfig& search,
                   const std::function<std::optional<Refusal>(const Genome&)>& bound = {}) {
  Exhausted all;
  const Refuse refuse = [&](const Genome& genome) -> std::optional<Refusal> {
    if (all.names.contains(to_string(genome))) return Refusal::known;
    return bound ? bound(genome) : std::nullopt;
  };
  for (int trial = 0;; ++trial) {
    all.draws = {};
    const auto drawn = draw_genome(
        always_first, {.space = space, .search = search, .history = {}, .trial = trial}, refuse, all.draws);
    if (!drawn) return all;
    CHECK(all.names.insert(to_string(drawn->genome)).second);
  }
}

}  // namespace

TEST_CASE("a proposer that has converged is followed by uniform draws until every genome has been drawn") {
  auto config = small_config();
  config.space.main_blocks = {1, 1};
  config.search.max_draws = 20;
  const Space space(config.space);
  const auto all = draw_all(space, config.search);
  CHECK(all.names.size() == 192);
  CHECK(space.size() == 192);
  CHECK(all.draws.whole_space);
  CHECK(all.draws.known == 192);
  CHECK_THAT(exhausted_note(config.search, 192, all.draws),
             ContainsSubstring("of its 192 genomes 192 were known already, 0 refused by parameters"));
}

TEST_CASE("what bounds refuse is counted, and everything that keeps them is drawn") {
  auto config = small_config();
  config.space.main_blocks = {1, 1};
  config.search.max_draws = 5;
  const auto all = draw_all(Space(config.space), config.search, [](const Genome& genome) {
    return genome.whole("stem_channels") > 4 ? std::optional(Refusal::cores) : std::nullopt;
  });
  CHECK(all.names.size() == 64);
  CHECK(all.draws.known == 64);
  CHECK(all.draws.by_cores == 128);
}

TEST_CASE("draws go on counting, so that the next one of the same trial is another") {
  const auto config = small_config();
  const Space space(config.space);
  std::set<std::string> known{to_string(space.genome(0))};
  const Refuse refuse = [&](const Genome& genome) {
    return known.contains(to_string(genome)) ? std::optional(Refusal::known) : std::nullopt;
  };
  ProposalRequest request{.space = space, .search = config.search, .history = {}};
  Draws draws;
  const auto first = draw_genome(always_first, request, refuse, draws);
  REQUIRE(first);
  CHECK(first->draws > 64);
  CHECK(draw_genome(always_first, request, refuse, draws)->genome == first->genome);  // pure
  request.draw = first->draws;
  const auto second = draw_genome(always_first, request, refuse, draws);
  REQUIRE(second);
  CHECK(second->draws > first->draws);
  CHECK_FALSE(second->genome == first->genome);
}

TEST_CASE("a large space that keeps no bound ends after twice max_draws") {
  auto config = small_config();
  config.search.max_draws = 30;
  const Space space{SpaceConfig{}};
  const Refuse refuse = [](const Genome&) { return std::optional(Refusal::parameters); };
  Draws draws;
  CHECK_FALSE(draw_genome(always_first, {.space = space, .search = config.search, .history = {}, .trial = 7},
                          refuse, draws));
  CHECK_FALSE(draws.whole_space);
  CHECK(draws.by_parameters == 60);
  CHECK_THAT(exhausted_note(config.search, 7, draws),
             ContainsSubstring("found no new genome for trial 7 of 14: of 60 draws 0 were known"));
}
