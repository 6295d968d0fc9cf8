// SPDX-License-Identifier: Apache-2.0
#include "evaluators/chance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace mho {

double commonest_class_share(const Samples& samples) {
  std::map<int, std::int64_t> counts;
  for (const int label : samples.labels) ++counts[label];
  std::int64_t largest = 0;
  for (const auto& [label, count] : counts) largest = std::max(largest, count);
  return static_cast<double>(largest) / static_cast<double>(samples.count());
}

std::string no_better_than_chance(const Score& score, std::int64_t images) {
  const double chance = score.chance, accuracy = score.at(one_day_s).mean;
  const double luck = 2 * std::sqrt(chance * (1 - chance) / static_cast<double>(images));
  const double least = std::min(1.0, chance + std::max(luck, 0.1 * (1 - chance)));
  if (accuracy >= least) return "";
  return fmt::format(
      "no better than chance: expected at least {:.1f} % after one day, because always answering the "
      "commonest "
      "class is right for {:.1f} % of {} images, got {:.1f} %",
      100 * least, 100 * chance, images, 100 * accuracy);
}

bool is_near_chance(const Score& score) {
  return score.chance > 0 && score.at(one_day_s).mean < score.chance + 0.25 * (1 - score.chance);
}

}  // namespace mho
