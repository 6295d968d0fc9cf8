// SPDX-License-Identifier: Apache-2.0
#include "search/study/objectives.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("every objective has its value in its own unit") {
  auto trial = make_trial(2, 0.8, 0.01, 5);
  trial.cost->latency_s = 3e-6;
  CHECK(objective_values(trial, all_values<Objective>()) ==
        std::vector<double>{0.8, 5, 3e-6, 3e-6, 1, 1002, 0.8, 80});
}

TEST_CASE("a list of objectives is what proposers weigh and what the front is over") {
  SearchConfig search;
  search.objective = Objective::accuracy;
  CHECK(weighed_objectives(search) == std::vector{Objective::accuracy});
  CHECK(front_objectives(search) ==
        std::vector{Objective::accuracy_1d, Objective::energy, Objective::parameters});
  search.objectives = {Objective::accuracy_1d, Objective::avm};
  CHECK(weighed_objectives(search) == search.objectives);
  CHECK(front_objectives(search) == search.objectives);
}

TEST_CASE("modelled gains keep the order of gains") {
  for (const auto objective : all_values<Objective>()) {
    INFO(word_of(objective));
    const bool is_accuracy = word_of(objective).starts_with("accuracy");
    CHECK((gain(objective, 0.2) < gain(objective, 0.3)) == is_accuracy);
    CHECK((modelled_gain(objective, 0.2) < modelled_gain(objective, 0.3)) == is_accuracy);
  }
  CHECK(modelled_gain(Objective::energy, 1e-6) - modelled_gain(Objective::energy, 1e-5) ==
        Approx(std::log(10)));
}

TEST_CASE("trials that failed or lack an objective have no values") {
  auto trial = make_trial(2, 0.8, 0.01, 5);
  trial.cost.reset();
  CHECK(objective_values(trial, std::vector{Objective::avm, Objective::parameters}));
  CHECK_FALSE(objective_values(trial, std::vector{Objective::avm, Objective::energy}));
  trial.failed = true;
  CHECK_FALSE(objective_values(trial, std::vector{Objective::avm}));
}
