// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/nsga2.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using mho::testing::make_trial;

namespace {

Trial with_energy(int number, double accuracy, double energy_j, double avm = 5) {
  auto trial = make_trial(number, accuracy, 0.004, avm);
  trial.cost->energy_j = energy_j;
  return trial;
}

SearchConfig two_objectives() {
  SearchConfig search;
  search.objectives = {Objective::accuracy_1d, Objective::energy};
  search.population = 6;
  return search;
}

std::vector<int> numbers(const std::vector<const Trial*>& trials) {
  std::vector<int> found;
  for (const auto* trial : trials) found.push_back(trial->number);
  return found;
}

}  // namespace

TEST_CASE("survivors come front by front, the ends and the less crowded of a front first") {
  const std::vector<Trial> trials{with_energy(0, 0.90, 9), with_energy(1, 0.85, 8.9),
                                  with_energy(2, 0.60, 4), with_energy(3, 0.50, 1),
                                  with_energy(4, 0.40, 2), with_energy(5, 0.99, 0.5, 50)};  // breaks T_AVM
  CHECK(numbers(survivors(trials, two_objectives(), 10)) == std::vector<int>{0, 3, 2, 1, 4, 5});
  CHECK(numbers(survivors(trials, two_objectives(), 2)) == std::vector<int>{0, 3});
}

TEST_CASE("with one objective survivors are the best") {
  SearchConfig search;
  search.objective = Objective::accuracy;
  const std::vector<Trial> trials{with_energy(0, 0.5, 1), with_energy(1, 0.7, 1), with_energy(2, 0.6, 1),
                                  with_energy(3, 0.9, 1, 50)};
  CHECK(numbers(survivors(trials, search, 3)) == std::vector<int>{1, 2, 0});
}

TEST_CASE("the first generation of NSGA-II, and one without parents, is a Latin hypercube") {
  const Space space{SpaceConfig{}};
  const auto search = two_objectives();
  auto failed = with_energy(0, 0.9, 1);
  failed.failed = true;
  for (const auto& history : {std::vector<Trial>{}, std::vector<Trial>{failed}}) {
    std::set<int> channels;
    for (int trial = 6; trial < 12; ++trial)
      channels.insert(
          static_cast<int>(propose_nsga2({space, search, history, trial, 0}).whole("stem_channels")));
    CHECK(channels.size() == 6);
  }
}
