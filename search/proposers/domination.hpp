// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// A trial as multi-objective methods see it.
struct ObjectivePoint {
  std::vector<double> gains;  ///< larger is better
  double violation = 0;       ///< of the constraints; 0 when they are kept
};

/// The trial's gains in the named objectives; its violation is AVM above max_avm, in points. Empty when the
/// trial lacks an objective.
std::optional<ObjectivePoint> objective_point(const Trial& trial, std::span<const Objective> objectives,
                                              const SearchConfig& search);

/// The trials that have every named objective, in their order, and a point for each.
struct WeighedTrials {
  std::vector<const Trial*> trials;
  std::vector<ObjectivePoint> points;
};
WeighedTrials weigh(std::span<const Trial> trials, std::span<const Objective> objectives,
                    const SearchConfig& search);

/// Constrained domination (Deb et al. 2002, definition 1): the smaller violation; among points that keep the
/// constraints, no worse in every objective and better in one.
bool dominates(const ObjectivePoint& a, const ObjectivePoint& b);

/// Non-dominated sorting: the front that each point is on, 0 for the points that none dominates, 1 for those
/// that only points of front 0 dominate, and so on. n log n for one or two objectives, for more at most n times
/// the points of a front that are looked at.
std::vector<int> front_ranks(std::span<const ObjectivePoint> points);

/// Crowding distance of each point among those of its rank (Deb et al. 2002, III.B): infinite at the ends of
/// an objective, else the sum of its neighbours' distances over each objective's extent.
std::vector<double> crowding_distances(std::span<const ObjectivePoint> points, std::span<const int> ranks);

}  // namespace mho
