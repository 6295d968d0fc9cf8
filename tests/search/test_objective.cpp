// SPDX-License-Identifier: Apache-2.0
#include "search/study/objective.hpp"

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using mho::testing::make_score;
using mho::testing::make_trial;

TEST_CASE("why no trial is one to return counts failures, given-up trials and broken bounds") {
  std::vector<Trial> trials{make_trial(0, 0.9, 0.01, 20), make_trial(1, 0.8, 0.01, 14.2),
                            make_trial(2, 0, 0, 0), make_trial(3, 0, 0, 0)};
  trials[2].score.reset();
  trials[2].failed = true;
  trials[2].reason = "diverged";
  trials[3].score.reset();
  trials[3].rungs = {{1, 1, make_score(0.5, 0.01, 1)}};
  CHECK(why_none(trials, {}) ==
        "of 4 trials 1 failed (the last: diverged), 1 given up, 2 broke max_avm = 10 (the lowest AVM is "
        "14.20)");
}

TEST_CASE("the objective is the 1-day accuracy, or that over its deviation") {
  SearchConfig search;
  search.objective = Objective::accuracy;
  CHECK(objective(make_score(0.9, 0.005, 3), search) == Approx(0.9));
  search.objective = Objective::accuracy_over_sigma;
  CHECK(objective(make_score(0.9, 0.005, 3), search) == Approx(180));
}

TEST_CASE("a deviation of zero counts as a tenth of a point") {
  const SearchConfig search;
  CHECK(objective(make_score(0.9, 0.0, 3), search) == Approx(900));
  CHECK(objective(make_score(1.0, 0.0, 3), search) > objective(make_score(0.9, 0.0005, 3), search));
}

TEST_CASE(
    "trials that keep the accuracy-variation bound rank first, then by objective; the others by their "
    "variation") {
  SearchConfig search;
  search.objective = Objective::accuracy;
  std::vector<Trial> trials{make_trial(0, 0.99, 0.01, 30), make_trial(1, 0.80, 0.01, 10),
                            make_trial(2, 0.95, 0.01, 20), make_trial(3, 0.90, 0.01, 9),
                            make_trial(4, 0.80, 0.01, 1),  make_trial(5, 0.99, 0.01, 1)};
  trials[5].failed = true;
  trials.push_back(make_trial(6, 0.5, 0.01, 1));
  trials.back().score.reset();
  std::vector<int> numbers;
  for (const auto* trial : ranking(trials, search)) numbers.push_back(trial->number);
  CHECK(numbers == std::vector<int>{3, 1, 4, 2, 0});
}

TEST_CASE("of a metric of which less is better, less is a larger objective and ranks first") {
  SearchConfig search{.objective = Objective::mse, .max_avm = 100};
  auto low = make_trial(0, 0.2, 0.01, 1), high = make_trial(1, 0.5, 0.01, 1);
  low.score->metric = high.score->metric = "mse";
  CHECK(objective(*low.score, search) == Approx(-0.2));
  const std::vector<Trial> trials{high, low};
  CHECK(ranking(trials, search).front()->number == 0);
}
