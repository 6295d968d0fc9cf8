// SPDX-License-Identifier: Apache-2.0
#include "search/judges/function_evaluator.hpp"

#include <chrono>
#include <limits>

namespace mho {

Judgement FunctionEvaluator::judge(const Genome& genome, int trial, const EpochCallback&) const {
  const auto start = std::chrono::steady_clock::now();
  Judgement judgement{function_(genome, trial)};
  judgement.trial.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return judgement;
}

Trial valued_trial(double value, double deviation, double avm) {
  Trial trial;
  trial.value = value;
  trial.score = Score{.digital = std::numeric_limits<double>::quiet_NaN(), .drift = {}, .avm = avm};
  for (const double time_s : {one_second_s, one_day_s, one_month_s})
    trial.score->drift.push_back({time_s, value, deviation, 1, {value, value}});
  return trial;
}

}  // namespace mho
