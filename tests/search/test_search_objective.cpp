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
    const auto trials = search_objective(config, few_blocks), again = search_objective(config, few_blocks);
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
  });
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
  const auto plain = search_objective(config, few_blocks);
  config.search.surrogate = "gp";
  const auto screened = search_objective(config, few_blocks);
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
  const auto trials = search_objective(
      small_config(),
      [&](const Genome& genome, int trial) {
        stop = trial == 5;
        return few_blocks(genome, trial);
      },
      {}, &stop);
  CHECK(trials.size() == 5);
}

TEST_CASE("a space with fewer genomes than trials ends the search early") {
  auto config = small_config();
  config.space = {.stem_channels = {4, 6},
                  .stem_kernels = {3},
                  .main_blocks = {1, 1},
                  .residual_blocks = {1, 1},
                  .branches = {1, 1},
                  .block_types = {"B"},
                  .widening = {1, 2}};
  config.search.proposer = "random";
  CHECK(search_objective(config, few_blocks).size() == 4);
}
