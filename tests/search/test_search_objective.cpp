// SPDX-License-Identifier: Apache-2.0
#include "search/search_objective.hpp"

#include <set>

#include "core/base/error.hpp"
#include "search/own_objective.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

Trial few_blocks(const Genome& genome, int) {
  Trial trial;
  trial.score = plain_score(-static_cast<double>(genome.blocks.size()) - genome.stem_channels);
  return trial;
}

}  // namespace

TEST_CASE("every native proposer searches a function, the same way again, no genome twice") {
  for (const auto& name : proposer_names()) {
    auto config = small_config();
    config.search.proposer = name;
    const auto found = search_objective(config, few_blocks);
    const auto trials = found.trials, again = search_objective(config, few_blocks).trials;
    CHECK(found.note.empty());
    REQUIRE(trials.size() == 14);
    std::set<std::string> genomes;
    for (size_t i = 0; i < trials.size(); ++i) {
      CHECK(trials[i].number == static_cast<int>(i));
      CHECK(trials[i].genome == again[i].genome);
      CHECK(trials[i].score->at(kOneDay).mean == few_blocks(trials[i].genome, 0).score->at(kOneDay).mean);
      genomes.insert(to_string(trials[i].genome));
    }
    CHECK(genomes.size() == 14);
  }
}

TEST_CASE("a failed value is a failed trial with its reason") {
  const auto trials = search_objective(small_config(), [](const Genome&, int trial) {
                        auto value = few_blocks({}, trial);
                        if (trial == 3) {
                          value.score.reset();
                          value.failed = true;
                          value.reason = "no";
                        }
                        return value;
                      }).trials;
  CHECK(trials.at(3).failed);
  CHECK(trials.at(3).reason == "no");
  CHECK_FALSE(trials.at(3).score);
  CHECK(trials.at(4).score);
}

TEST_CASE("a surrogate is asked once it has learned, and what needs networks is refused") {
  auto config = small_config();
  config.search.trials = 40;
  config.search.proposer = "evolution";
  config.search.objective = "accuracy";
  const auto plain = search_objective(config, few_blocks).trials;
  config.search.surrogate = "gp";
  const auto screened = search_objective(config, few_blocks).trials;
  REQUIRE(screened.size() == plain.size());
  bool differs = false;
  for (size_t i = 0; i < plain.size(); ++i) differs = differs || !(plain[i].genome == screened[i].genome);
  CHECK(differs);
  config.search.surrogate = "none";
  config.search.prefilter = "naswot";
  CHECK_THROWS_AS(search_objective(config, few_blocks), ConfigError);
}

TEST_CASE("a stopped search keeps what was finished before") {
  std::atomic<bool> stop{false};
  const auto found = search_objective(
      small_config(),
      [&](const Genome& genome, int trial) {
        stop = trial == 5;
        return few_blocks(genome, trial);
      },
      {}, &stop);
  CHECK(found.trials.size() == 5);
  CHECK(found.note.empty());
}

TEST_CASE("a space with fewer genomes than trials ends the search early, and the note says why") {
  auto config = small_config();
  config.space = {.stem_channels = {4, 6},
                  .stem_kernels = {3},
                  .main_blocks = {1, 1},
                  .residual_blocks = {1, 1},
                  .branches = {1, 1},
                  .block_types = {"B"},
                  .widening = {1, 2}};
  config.search.proposer = "random";
  const auto found = search_objective(config, few_blocks);
  CHECK(found.trials.size() == 4);
  CHECK_THAT(found.note,
             ContainsSubstring("the space ran out of new genomes at trial 4 of 14: of its 4 genomes 4"));
}

TEST_CASE("evolution makes every trial asked for, however small its population") {
  auto config = small_config();  // 6,336 genomes
  config.search.proposer = "evolution";
  const auto [population, trials] = GENERATE(table<int, int>({{1, 150}, {8, 1000}}));
  config.search.population = population;
  config.search.trials = trials;
  const auto found = search_objective(config, few_blocks);
  CHECK(std::ssize(found.trials) == trials);
  CHECK(found.note.empty());
}
