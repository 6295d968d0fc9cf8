// SPDX-License-Identifier: Apache-2.0
#include "search/generations/fidelity.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

SearchConfig halving(int rungs, int reduction, double data) {
  SearchConfig search;
  search.fidelity = Fidelity::successive_halving;
  search.rungs = rungs;
  search.reduction = reduction;
  search.rung_data = data;
  return search;
}

}  // namespace

TEST_CASE("rungs divide epochs and data geometrically and end with the whole training") {
  const auto stages = training_stages(halving(3, 2, 0.25), 25);
  REQUIRE(stages.size() == 3);
  CHECK(stages[0].epochs == 7);
  CHECK(stages[1].epochs == 13);
  CHECK(stages[2].epochs == 25);
  CHECK(stages[0].data == Approx(0.25));
  CHECK(stages[1].data == Approx(0.5));
  CHECK(stages[2].data == 1.0);
  CHECK(training_stages(SearchConfig{}, 25).empty());
}

TEST_CASE("rungs rise for every legal number of epochs") {
  for (const int rungs : {2, 3, 4})
    for (const int reduction : {2, 3, 4})
      for (int epochs = static_cast<int>(std::pow(reduction, rungs - 1)); epochs < 300; ++epochs) {
        const auto stages = training_stages(halving(rungs, reduction, 1), epochs);
        for (size_t i = 1; i < stages.size(); ++i) REQUIRE(stages[i - 1].epochs < stages[i].epochs);
        REQUIRE(stages.back().epochs == epochs);
      }
}

TEST_CASE("one in so many candidates goes on, and never none") {
  CHECK(promoted(8, 2) == 4);
  CHECK(promoted(7, 3) == 2);
  CHECK(promoted(1, 3) == 1);
}

TEST_CASE("too few epochs or candidates for the rungs are refused before any training") {
  auto config = small_config();
  config.search.fidelity = Fidelity::successive_halving;
  config.search.reduction = 3;
  CHECK_THAT(message_of<ConfigError>([&] { check_run_config(config); }),
             ContainsSubstring("search.population: expected at least") && ContainsSubstring("3 ^ 2 = 9") &&
                 ContainsSubstring("got 4"));
  config.training.epochs = 8;
  CHECK_THAT(message_of<ConfigError>([&] { check_run_config(config); }),
             ContainsSubstring("training.epochs: expected at least") && ContainsSubstring("got 8"));
}
