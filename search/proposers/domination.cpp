// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/domination.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

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

/// Whether a point of the front, whose points all come before `point` in falling order, dominates it. With
/// two objectives the last of them has the largest second gain.
bool is_dominated(std::span<const ObjectivePoint> points, size_t point, const std::vector<size_t>& front) {
  const auto by = [&](size_t other) { return dominates(points[other], points[point]); };
  if (points[point].gains.size() <= 2) return by(front.back());
  return std::any_of(front.rbegin(), front.rend(), by);
}

/// The first front none of whose points dominates the point. What a front dominates, all before it dominate
/// too, so it is found by halving (Zhang et al. 2015, ENS-BS).
size_t front_of(std::span<const ObjectivePoint> points, size_t point,
                const std::vector<std::vector<size_t>>& fronts) {
  size_t low = 0, high = fronts.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (is_dominated(points, point, fronts[middle]))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
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
  std::vector<size_t> order(points.size());
  std::iota(order.begin(), order.end(), size_t{0});
  // Whatever dominates a point comes before it.
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (points[a].violation != points[b].violation) return points[a].violation < points[b].violation;
    return points[a].violation == 0 && points[a].gains > points[b].gains;
  });
  std::vector<int> ranks(points.size(), 0);
  std::vector<std::vector<size_t>> fronts;
  size_t next = 0;
  for (; next < order.size() && points[order[next]].violation == 0; ++next) {
    const auto front = front_of(points, order[next], fronts);
    if (front == fronts.size()) fronts.emplace_back();
    fronts[front].push_back(order[next]);
    ranks[order[next]] = static_cast<int>(front);
  }
  int rank = static_cast<int>(fronts.size()) - 1;
  for (double worst = 0; next < order.size(); ++next) {
    const double violation = points[order[next]].violation;
    if (violation > worst) ++rank;
    worst = violation;
    ranks[order[next]] = rank;
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
