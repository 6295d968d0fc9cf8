// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/chance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

/// A value `part` of the way from chance to the best, but at least `step` of it.
double up_from(const Metric& metric, double chance, double part, double step) {
  const double way = std::abs(metric.best - chance);
  const double gone = std::min(way, std::max(step, part * way));
  return metric.larger_is_better ? chance + gone : chance - gone;
}

}  // namespace

std::string no_better_than_chance(const Score& score, const Samples& samples) {
  const auto& metric = metric_of(score.metric);
  const auto chance = metric.chance(samples);
  const double day = score.at(one_day_s).mean;
  const double least = up_from(metric, chance.value, 0.1, 2 * chance.deviation);
  if (metric.gain(day) >= metric.gain(least)) return "";
  return fmt::format(
      "no better than chance: expected {} of at {} {} after one day, because {} gives "
      "{} on {} samples, got {}",
      metric.title, metric.larger_is_better ? "least" : "most", metric.shown(least, 1), metric.chance_answer,
      metric.shown(chance.value, 1), samples.count(), metric.shown(day, 1));
}

bool is_near_chance(const Score& score) {
  const auto& metric = metric_of(score.metric);
  return score.chance > 0 &&
         metric.gain(score.at(one_day_s).mean) < metric.gain(up_from(metric, score.chance, 0.25, 0));
}

}  // namespace mho
