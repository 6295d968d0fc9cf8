// SPDX-License-Identifier: Apache-2.0
#include "core/data/stratify.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>

namespace mho {
namespace {

/// The chosen positions of each label, in their order.
std::map<int, Indices> by_class(const std::vector<int>& labels, const Indices& chosen) {
  std::map<int, Indices> classes;
  for (const auto index : chosen) classes[labels[static_cast<size_t>(index)]].push_back(index);
  return classes;
}

Indices all_indices(size_t count) {
  Indices all(count);
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

/// How many of `count` each class gets: its share rounded down, and one more for the largest remainders (the
/// lower label first where they are equal). Whole-number arithmetic, so that every machine agrees.
std::map<int, std::int64_t> quotas(const std::map<int, Indices>& classes, std::int64_t count,
                                   std::int64_t total) {
  std::map<int, std::int64_t> quota;
  std::vector<std::pair<std::int64_t, int>> remainders;
  std::int64_t given = 0;
  for (const auto& [label, members] : classes) {
    const std::int64_t share = static_cast<std::int64_t>(members.size()) * count;
    quota[label] = share / total;
    given += share / total;
    remainders.emplace_back(-(share % total), label);
  }
  std::sort(remainders.begin(), remainders.end());
  for (size_t i = 0; given < count; ++i, ++given) ++quota[remainders[i].second];
  return quota;
}

}  // namespace

Indices spread_indices(const std::vector<int>& labels, std::int64_t count) {
  const auto total = static_cast<std::int64_t>(labels.size());
  Indices all = all_indices(labels.size());
  if (count <= 0 || count >= total) return all;
  const auto classes = by_class(labels, all);
  Indices chosen;
  for (const auto& [label, wanted] : quotas(classes, count, total)) {
    const auto& members = classes.at(label);
    for (std::int64_t i = 0; i < wanted; ++i)
      chosen.push_back(members[static_cast<size_t>(i * static_cast<std::int64_t>(members.size()) / wanted)]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::pair<Indices, Indices> split_indices(const std::vector<int>& labels, const Indices& chosen,
                                          double fraction, RandomKey key) {
  std::pair<Indices, Indices> parts;
  for (auto& [label, members] : by_class(labels, chosen)) {
    auto second = static_cast<std::int64_t>(std::llround(fraction * static_cast<double>(members.size())));
    const auto size = static_cast<std::int64_t>(members.size());
    if (fraction > 0) second = std::clamp<std::int64_t>(second, size > 1, size > 1 ? size - 1 : 0);
    auto drawn = members;
    Random(key.with("class", static_cast<std::uint64_t>(label))).shuffle(std::span<std::int64_t>(drawn));
    parts.second.insert(parts.second.end(), drawn.begin(), drawn.begin() + second);
    parts.first.insert(parts.first.end(), drawn.begin() + second, drawn.end());
  }
  std::sort(parts.first.begin(), parts.first.end());
  std::sort(parts.second.begin(), parts.second.end());
  return parts;
}

}  // namespace mho
