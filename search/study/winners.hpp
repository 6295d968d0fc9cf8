// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "search/study/search_result.hpp"
#include "search/study/study.hpp"

namespace mho {

/// The trials to re-score: the best by the objective that keep T_AVM, SearchConfig::winners at most. When
/// none keeps it: those with the lowest AVM, and `note` says so; none at all when every trial failed.
struct Selection {
  std::vector<Trial> trials;
  std::string note;
};
Selection select_winners(const std::vector<Trial>& trials, const SearchConfig& search);

/// Scores the selected trials' saved weights (trained again, to the same bits, where their file is missing)
/// with fresh devices on the test split. They stay in the order of the selection: a test split that ordered
/// them would select. Fewer than selected only when the run was stopped. Genomes without a network keep the
/// score that their trial has.
std::vector<Winner> rescore_winners(const Study& study, const std::vector<Trial>& selected);

/// A sentence on the winners that are near chance on the test split; "" when none is.
std::string warn_of_chance(const std::vector<Winner>& winners);

/// Writes winners/N/ (architecture.json, weights.safetensors, score.json, chip/) for each, in their order;
/// nothing for genomes that were judged without a network. Throws RunError, MappingError.
void export_winners(const Study& study, const std::vector<Winner>& winners);

/// Removes the weights of every trial that is no winner.
void remove_other_candidates(const Study& study, const std::vector<Winner>& winners);

}  // namespace mho
