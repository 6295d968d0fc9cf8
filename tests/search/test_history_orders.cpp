// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/history_orders.hpp"

#include <vector>

#include "search/proposers/nsga2.hpp"
#include "search/study/objective.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using mho::testing::make_trial;

TEST_CASE("a request's orders are those of its history, made for it or shared") {
  const std::vector<Trial> history{make_trial(0, 0.5, 0.004, 5), make_trial(1, 0.9, 0.004, 5),
                                   make_trial(2, 0.7, 0.002, 5), make_trial(3, 0.99, 0.001, 50)};
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.objectives = {Objective::accuracy_1d, Objective::energy};
  const HistoryOrders shared(history, search);
  for (const auto* orders : {static_cast<const HistoryOrders*>(nullptr), &shared}) {
    ProposalRequest request{space, search, history};
    request.orders = orders;
    CHECK(by_objective(request) == ranking(history, search));
    CHECK(by_front(request) == survivors(history, search, 4));
    CHECK(by_front(request) != by_objective(request));
  }
  CHECK(&shared.by_front() == &shared.by_front());
}
