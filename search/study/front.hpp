// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "search/search_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// The trials that no other dominates in front_objectives (by default the best metric after a day, smallest
/// energy and parameters), the best metric first. Constrained domination (Deb et al. 2002): a trial that
/// keeps T_AVM dominates every one that breaks it, and of two that break it the smaller AVM dominates. Trials
/// that lack an objective, such as energy without a mapping, take no part. A function of the trials alone,
/// whatever proposed them.
std::vector<Trial> pareto_front(std::span<const Trial> trials, const SearchConfig& search);

/// How much the front dominates.
struct FrontVolume {
  std::vector<Objective> objectives;
  std::vector<double> worst;  ///< value of each objective among the trials that keep T_AVM
  std::vector<double> best;
  double share =
      0;  ///< hypervolume of the front, of the box from a tenth of its width below worst up to best
};
/// Empty lists and 0 when no trial keeps T_AVM.
FrontVolume front_volume(std::span<const Trial> trials, const SearchConfig& search);

/// front.csv, a row a trial; the metric is a fraction of 1. Throws RunError.
void write_front(const std::filesystem::path& file, const std::vector<Trial>& front,
                 const SearchConfig& search);

}  // namespace mho
