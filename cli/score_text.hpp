// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/evaluate.hpp"

namespace mho {

/// "1 s", "1 h", "30 d".
std::string time_name(double time_s);

/// "91.2 % +- 0.3 at 1 d, AVM 1.4": the two figures that a search selects by. The score must hold 1 day.
std::string brief_score(const Score& score);

/// "12 cores (full mapping), 3.1 us, 45 uJ to 50 uJ".
std::string brief_cost(const Cost& cost);

/// A line that names what a chip file leaves out (ChipConfig::from_hermes64); "" where that is nothing.
std::string borrowed_text(const std::vector<std::string>& from_hermes64);

/// The table that `mho evaluate` prints: digital accuracy, each drift time, AVM, cost.
std::string score_table(const Evaluation& evaluation);

}  // namespace mho
