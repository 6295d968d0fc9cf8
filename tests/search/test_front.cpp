// SPDX-License-Identifier: Apache-2.0
#include "search/study/front.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/random.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

Trial point(int number, double accuracy, double energy_j, std::int64_t parameters, double avm = 5) {
  auto trial = make_trial(number, accuracy, 0.01, avm);
  trial.cost->energy_j = energy_j;
  trial.parameters = parameters;
  return trial;
}

std::vector<int> numbers(const std::vector<Trial>& trials) {
  std::vector<int> found;
  for (const auto& trial : trials) found.push_back(trial.number);
  return found;
}

}  // namespace

TEST_CASE("the front holds what nothing else beats in accuracy, energy and parameters") {
  const std::vector<Trial> trials{point(0, 0.9, 2, 200), point(1, 0.8, 1, 100), point(2, 0.8, 2, 100),
                                  point(3, 0.7, 3, 300), point(4, 0.7, 3, 50)};
  CHECK(numbers(pareto_front(trials, {})) == std::vector<int>{0, 1, 4});
}

TEST_CASE("trials that break the accuracy-variation bound are on the front only when all do") {
  CHECK(numbers(pareto_front(std::vector{point(0, 0.9, 1, 1, 30), point(1, 0.5, 2, 2, 5)}, {})) ==
        std::vector<int>{1});
  CHECK(numbers(pareto_front(std::vector{point(0, 0.9, 1, 1, 30), point(1, 0.5, 2, 2, 20)}, {})) ==
        std::vector<int>{1});
}

TEST_CASE("failed trials and trials without a cost are not on the front") {
  auto failed = point(0, 0.99, 1, 1), unmapped = point(1, 0.99, 1, 1);
  failed.failed = true;
  unmapped.cost.reset();
  CHECK(numbers(pareto_front(std::vector{failed, unmapped, point(2, 0.1, 9, 9)}, {})) == std::vector<int>{2});
  CHECK(pareto_front({}, {}).empty());
}

TEST_CASE("no trial of a front beats another, and every other trial is beaten by one of it") {
  Random random(RandomKey(1));
  std::vector<Trial> trials;
  for (int i = 0; i < 200; ++i)
    trials.push_back(point(i, random.uniform(), random.uniform(), random.integer(1, 1000)));
  const auto beats = [](const Trial& a, const Trial& b) {
    const double x = a.score->at(86400).mean, y = b.score->at(86400).mean;
    const double e = a.cost->energy_j, f = b.cost->energy_j;
    return x >= y && e <= f && a.parameters <= b.parameters &&
           (x > y || e < f || a.parameters < b.parameters);
  };
  const auto front = pareto_front(trials, {});
  const auto on_front = numbers(front);
  for (const auto& trial : trials) {
    const bool beaten =
        std::any_of(front.begin(), front.end(), [&](const Trial& other) { return beats(other, trial); });
    const bool inside = std::find(on_front.begin(), on_front.end(), trial.number) != on_front.end();
    REQUIRE(beaten != inside);
  }
}

TEST_CASE("the front is over the objectives that are asked for, without a cost where none is needed") {
  SearchConfig search;
  search.objectives = {Objective::accuracy_1d, Objective::avm};
  std::vector trials{point(0, 0.9, 9, 900, 6), point(1, 0.8, 9, 900, 4), point(2, 0.7, 1, 1, 5)};
  trials[1].cost.reset();
  CHECK(numbers(pareto_front(trials, search)) == std::vector<int>{0, 1});
}

TEST_CASE("the front's volume is its share of the box of all trials that keep the bound") {
  SearchConfig search;
  search.objectives = {Objective::accuracy_1d, Objective::energy};
  const std::vector<Trial> trials{point(0, 0.9, 5, 1), point(1, 0.5, 1, 1), point(2, 0.7, 2, 1),
                                  point(3, 0.5, 5, 1), point(4, 1.0, 0.1, 1, 30)};
  const auto volume = front_volume(trials, search);
  CHECK(volume.worst == std::vector<double>{0.5, 5});
  CHECK(volume.best == std::vector<double>{0.9, 1});
  CHECK(volume.share == Approx((1.1 * 0.1 + 0.6 * 0.75 + 0.1 * 0.25) / (1.1 * 1.1)));
  CHECK(front_volume({}, search).objectives.empty());
}

TEST_CASE("front.csv has a row a trial, and an unwritable file is an error") {
  const TemporaryFolder folder;
  write_front(folder / "front.csv", {point(3, 0.9, 2e-6, 200)}, {});
  CHECK(read_text_file(folder / "front.csv") ==
        "trial,genome,accuracy_1d,deviation_1d,avm_points,energy_j,latency_s,cores,parameters,mapping\n"
        "3,OC11-KS3|R1B1BW1,0.9,0.01,5,2e-06,0,1,200,\n");
  CHECK_THROWS_AS(write_front(folder / "front.csv" / "below a file", {}, {}), RunError);
}
