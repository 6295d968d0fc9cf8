// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <span>

#include "search/models/surrogate.hpp"
#include "search/search_config.hpp"

namespace mho {

/// How well a surrogate orders trials that it has not seen: Kendall's tau of predicted against measured
/// values. NaN where it cannot be told (too few trials, or all values equal).
struct SurrogateCheck {
  double objective = std::numeric_limits<double>::quiet_NaN();  ///< search.objective: what screening ranks by
  double accuracy = std::numeric_limits<double>::quiet_NaN();
  double deviation = std::numeric_limits<double>::quiet_NaN();
  double avm = std::numeric_limits<double>::quiet_NaN();
  int trials = 0;  ///< scored trials that were held out once each
};

/// search.objective as predicted.
double predicted_objective(const Prediction& prediction, const SearchConfig& search);

/// Five-fold cross-validation over the scored trials of `trials`; `earlier` trials are learned from in every
/// fold. With fewer than `least_checked` in `trials`, over `earlier` instead. The key decides the folds.
SurrogateCheck cross_validate(const std::function<std::unique_ptr<Surrogate>()>& make, const Space& space,
                              std::span<const Trial> trials, std::span<const Trial> earlier,
                              const SearchConfig& search, RandomKey key);
inline constexpr int least_checked = 10;

}  // namespace mho
