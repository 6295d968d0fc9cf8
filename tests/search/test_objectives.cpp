// SPDX-License-Identifier: Apache-2.0
#include "search/study/objectives.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("every objective has its value in its own unit") {
  auto trial = make_trial(2, 0.8, 0.01, 5);
  trial.cost->latency_s = 3e-6;
  const std::vector<std::string> names{"accuracy_1d", "avm", "energy", "latency", "cores", "parameters"};
  const auto known = objective_names();
  for (const auto& name : names) CHECK(std::find(known.begin(), known.end(), name) != known.end());
  CHECK(objective_values(trial, names) == std::vector<double>{0.8, 5, 3e-6, 3e-6, 1, 1002});
}

TEST_CASE("a list of objectives is what proposers weigh and what the front is over") {
  SearchConfig search;
  search.objective = "accuracy";
  CHECK(weighed_objectives(search) == std::vector<std::string>{"accuracy"});
  CHECK(front_objectives(search) == std::vector<std::string>{"accuracy_1d", "energy", "parameters"});
  search.objectives = {"accuracy_1d", "avm"};
  CHECK(weighed_objectives(search) == search.objectives);
  CHECK(front_objectives(search) == search.objectives);
}

TEST_CASE("modelled gains keep the order of gains") {
  for (const auto& name : objective_names()) {
    CHECK((gain(name, 0.2) < gain(name, 0.3)) == (name == "accuracy_1d"));
    CHECK((modelled_gain(name, 0.2) < modelled_gain(name, 0.3)) == (name == "accuracy_1d"));
  }
  CHECK(modelled_gain("energy", 1e-6) - modelled_gain("energy", 1e-5) == Approx(std::log(10)));
}

TEST_CASE("trials that failed or lack an objective have no values, and unknown names are refused") {
  auto trial = make_trial(2, 0.8, 0.01, 5);
  trial.cost.reset();
  CHECK(objective_values(trial, std::vector<std::string>{"avm", "parameters"}));
  CHECK_FALSE(objective_values(trial, std::vector<std::string>{"avm", "energy"}));
  trial.failed = true;
  CHECK_FALSE(objective_values(trial, std::vector<std::string>{"avm"}));
  CHECK_THAT(message_of<ConfigError>(
                 [] { objective_values(make_trial(1, 0.8, 0.01, 5), std::vector<std::string>{"enrgy"}); }),
             ContainsSubstring("unknown objective 'enrgy'") && ContainsSubstring("did you mean 'energy'"));
}

TEST_CASE("every metric has its objectives, in its direction") {
  CHECK(gain("macro_f1_1d", 0.5) == 0.5);
  CHECK(gain("mse_1d", 0.5) == -0.5);
  SearchConfig search{.objective = "auc_over_sigma"};
  CHECK(front_objectives(search) == std::vector<std::string>{"auc_1d", "energy", "parameters"});
  CHECK(weighed_objectives(search) == std::vector<std::string>{"auc_over_sigma"});
  CHECK(is_over_sigma(search));
  search.objective = "mse";
  CHECK_FALSE(is_over_sigma(search));
  CHECK(front_objectives(search).front() == "mse_1d");
  CHECK(front_objectives(SearchConfig{}).front() == "accuracy_1d");
}

TEST_CASE("an objective left open is the task's metric, and that of another metric is refused") {
  TaskConfig task;
  const auto resolved = [&](SearchConfig search) {
    resolve_objective(task, search);
    return search.objective;
  };
  CHECK(resolved({}) == "accuracy_over_sigma");
  CHECK(resolved({.objective = "accuracy"}) == "accuracy");
  task.metric = "macro_f1";
  CHECK(resolved({}) == "macro_f1_over_sigma");
  CHECK_THROWS_WITH(resolved({.objective = "accuracy"}),
                    ContainsSubstring("search.objective: expected one of task.metric = \"macro_f1\""));
  CHECK_THROWS_WITH(resolved({.objectives = {"energy", "accuracy_1d"}}),
                    ContainsSubstring("expected \"macro_f1_1d\""));
  task.metric = "mse";
  CHECK(resolved({}) == "mse");
}
