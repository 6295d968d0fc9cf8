// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/domination.hpp"

#include <algorithm>
#include <limits>

#include "search/study/objectives.hpp"

namespace mho {
namespace {

/// Adds one objective's share to the crowding distances of the points `members`.
void add_crowding(std::span<const ObjectivePoint> points, std::vector<size_t> members, size_t objective,
                  std::vector<double>& distances) {
  const auto value = [&](size_t i) { return points[i].gains[objective]; };
  std::stable_sort(members.begin(), members.end(), [&](size_t a, size_t b) { return value(a) < value(b); });
  const double extent = value(members.back()) - value(members.front());
  distances[members.front()] = distances[members.back()] = std::numeric_limits<double>::infinity();
  if (extent == 0) return;
  for (size_t i = 1; i + 1 < members.size(); ++i)
    distances[members[i]] += (value(members[i + 1]) - value(members[i - 1])) / extent;
}

}  // namespace

std::optional<ObjectivePoint> objective_point(const Trial& trial, std::span<const Objective> objectives,
                                              const SearchConfig& search) {
  const auto values = objective_values(trial, objectives);
  if (!values) return std::nullopt;
  ObjectivePoint point;
  for (size_t i = 0; i < objectives.size(); ++i) point.gains.push_back(gain(objectives[i], (*values)[i]));
  point.violation = std::max(0.0, trial.score->avm - search.max_avm);
  return point;
}

WeighedTrials weigh(std::span<const Trial> trials, std::span<const Objective> objectives,
                    const SearchConfig& search) {
  WeighedTrials weighed;
  for (const auto& trial : trials)
    if (auto point = objective_point(trial, objectives, search)) {
      weighed.trials.push_back(&trial);
      weighed.points.push_back(std::move(*point));
    }
  return weighed;
}

bool dominates(const ObjectivePoint& a, const ObjectivePoint& b) {
  if (a.violation != b.violation) return a.violation < b.violation;
  if (a.violation > 0) return false;
  bool better = false;
  for (size_t i = 0; i < a.gains.size(); ++i) {
    if (a.gains[i] < b.gains[i]) return false;
    better = better || a.gains[i] > b.gains[i];
  }
  return better;
}

std::vector<int> front_ranks(std::span<const ObjectivePoint> points) {
  std::vector<int> ranks(points.size(), 0), dominators(points.size(), 0);
  std::vector<std::vector<size_t>> dominated(points.size());
  for (size_t i = 0; i < points.size(); ++i)
    for (size_t j = 0; j < points.size(); ++j)
      if (dominates(points[i], points[j])) {
        dominated[i].push_back(j);
        ++dominators[j];
      }
  std::vector<size_t> front;
  for (size_t i = 0; i < points.size(); ++i)
    if (dominators[i] == 0) front.push_back(i);
  for (int rank = 0; !front.empty(); ++rank) {
    std::vector<size_t> next;
    for (const size_t i : front) {
      ranks[i] = rank;
      for (const size_t j : dominated[i])
        if (--dominators[j] == 0) next.push_back(j);
    }
    front = std::move(next);
  }
  return ranks;
}

std::vector<double> crowding_distances(std::span<const ObjectivePoint> points, std::span<const int> ranks) {
  std::vector<double> distances(points.size(), 0.0);
  const int fronts = points.empty() ? 0 : 1 + *std::max_element(ranks.begin(), ranks.end());
  std::vector<std::vector<size_t>> members(static_cast<size_t>(fronts));
  for (size_t i = 0; i < points.size(); ++i) members[static_cast<size_t>(ranks[i])].push_back(i);
  for (const auto& front : members)
    for (size_t objective = 0; objective < points[front.front()].gains.size(); ++objective)
      add_crowding(points, front, objective, distances);
  return distances;
}

}  // namespace mho
