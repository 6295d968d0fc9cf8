// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/history_orders.hpp"

#include "search/proposers/nsga2.hpp"
#include "search/study/objective.hpp"

namespace mho {

const std::vector<const Trial*>& HistoryOrders::by_objective() const {
  if (!by_objective_) by_objective_ = ranking(history_, search_);
  return *by_objective_;
}

const std::vector<const Trial*>& HistoryOrders::by_front() const {
  if (!by_front_) by_front_ = survivors(history_, search_, static_cast<int>(history_.size()));
  return *by_front_;
}

std::vector<const Trial*> by_objective(const ProposalRequest& request) {
  return request.orders ? request.orders->by_objective()
                        : HistoryOrders(request.history, request.search).by_objective();
}

std::vector<const Trial*> by_front(const ProposalRequest& request) {
  return request.orders ? request.orders->by_front()
                        : HistoryOrders(request.history, request.search).by_front();
}

}  // namespace mho
