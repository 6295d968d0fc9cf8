// SPDX-License-Identifier: Apache-2.0
#include "search/study/objectives.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("every objective has its value in its own unit") {
  auto trial = make_trial(2, 0.8, 0.01, 5);
  trial.cost->latency_s = 3e-6;
  const std::vector names{Objective::accuracy_1d, Objective::avm,    Objective::energy,
                          Objective::latency,     Objective::cores,  Objective::parameters,
                          Objective::accuracy,    Objective::of_task};
  CHECK(objective_values(trial, names) == std::vector<double>{0.8, 5, 3e-6, 3e-6, 1, 1002, 0.8, 80});
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
    const std::vector less{Objective::avm,
                           Objective::energy,
                           Objective::latency,
                           Objective::cores,
                           Objective::parameters,
                           Objective::writes,
                           Objective::mse_1d,
                           Objective::mse,
                           Objective::bits_per_character_1d,
                           Objective::bits_per_character,
                           Objective::perplexity_1d,
                           Objective::perplexity};
    const bool more_is_better = std::find(less.begin(), less.end(), objective) == less.end();
    CHECK((gain(objective, 0.2) < gain(objective, 0.3)) == more_is_better);
    CHECK((modelled_gain(objective, 0.2) < modelled_gain(objective, 0.3)) == more_is_better);
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

TEST_CASE("every metric has its objectives, in its direction") {
  CHECK(gain(Objective::macro_f1_1d, 0.5) == 0.5);
  CHECK(gain(Objective::mse_1d, 0.5) == -0.5);
  for (const auto& metric : metrics()) {
    INFO(metric.name);
    const auto after_a_day = find_word<Objective>(metric.name + std::string("_1d"));
    const auto plain = find_word<Objective>(metric.name);
    REQUIRE((after_a_day && plain));
    CHECK(find_word<Objective>(metric.name + std::string("_over_sigma")).has_value() ==
          metric.larger_is_better);
    SearchConfig search{.objective = *plain};
    CHECK(metric_of(search).name == std::string(metric.name));
    CHECK_FALSE(is_over_sigma(search));
    CHECK(front_objectives(search) == std::vector{*after_a_day, Objective::energy, Objective::parameters});
  }
  SearchConfig search{.objective = Objective::auc_over_sigma};
  CHECK(weighed_objectives(search) == std::vector{Objective::auc_over_sigma});
  CHECK(is_over_sigma(search));
  CHECK(weighed_objectives(SearchConfig{}) == std::vector{Objective::accuracy_over_sigma});
}

TEST_CASE("an objective left open is the task's metric, and that of another metric is refused") {
  TaskConfig task;
  const auto resolved = [&](SearchConfig search) {
    resolve_objective(task, search);
    return search.objective;
  };
  CHECK(resolved({}) == Objective::accuracy_over_sigma);
  CHECK(resolved({.objective = Objective::accuracy}) == Objective::accuracy);
  task.metric = "macro_f1";
  CHECK(resolved({}) == Objective::macro_f1_over_sigma);
  CHECK_THROWS_WITH(resolved({.objective = Objective::accuracy}),
                    ContainsSubstring("search.objective: expected one of task.metric = \"macro_f1\""));
  CHECK_THROWS_WITH(resolved({.objectives = {Objective::energy, Objective::accuracy_1d}}),
                    ContainsSubstring("expected \"macro_f1_1d\""));
  task.metric = "mse";
  CHECK(resolved({}) == Objective::mse);
}
