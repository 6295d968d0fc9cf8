// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/proposers/proposer.hpp"

namespace mho {

/// A history in the orders in which proposers choose parents from it, each made when it is first asked for: a
/// generation's proposals and all their draws share one. Both arguments must outlive this. Not for several
/// threads at once.
class HistoryOrders {
 public:
  HistoryOrders(std::span<const Trial> history, const SearchConfig& search)
      : history_(history), search_(search) {}

  /// ranking(): the best objective first.
  const std::vector<const Trial*>& by_objective() const;
  /// survivors(): front by front.
  const std::vector<const Trial*>& by_front() const;

 private:
  using Order = std::optional<std::vector<const Trial*>>;

  std::span<const Trial> history_;
  const SearchConfig& search_;
  mutable Order by_objective_, by_front_;
};

/// The same of a request's history: its generation's, where it has them.
std::vector<const Trial*> by_objective(const ProposalRequest& request);
std::vector<const Trial*> by_front(const ProposalRequest& request);

}  // namespace mho
