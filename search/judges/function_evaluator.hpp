// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "search/judges/evaluator.hpp"

namespace mho {

/// A function of the user's own in place of networks. It fills what it knows of a trial: value and score
/// (valued_trial), cost, parameters, failed and reason.
class FunctionEvaluator : public Evaluator {
 public:
  using Function = std::function<Trial(const Genome&, int trial)>;

  explicit FunctionEvaluator(Function function, bool side_by_side = true)
      : function_(std::move(function)), side_by_side_(side_by_side) {}

  /// Measures the time that the function takes.
  Judgement judge(const Genome& genome, int trial, const EpochCallback&) const override;
  bool side_by_side() const override { return side_by_side_; }

 private:
  Function function_;
  bool side_by_side_;
};

/// The record of a genome that is worth `value`: any finite number, larger being better. Its score has it as
/// the accuracy at 1 s, 1 day and 30 days, which is what proposers learn from, and no digital accuracy.
/// `avm` is in points.
Trial valued_trial(double value, double deviation = 0, double avm = 0);

}  // namespace mho
