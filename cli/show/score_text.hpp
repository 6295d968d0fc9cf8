// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/evaluate.hpp"

namespace mho {

/// "1 s", "1 h", "30 d".
std::string time_name(double time_s);

/// Seconds of what --at takes: "30", "30s", "2h", "1d". Throws InputError.
double parse_time(const std::string& text);

/// "91.2 % +- 0.3 at 1 d, AVM 1.4": the two figures that a search selects by, without the deviation where
/// there is one programming. The score must hold 1 day.
std::string brief_score(const Score& score);

/// "12 cores (full mapping), 3.10 µs, 45.0 µJ to 45.2 µJ".
std::string brief_cost(const Cost& cost);

/// A line that names what a chip file leaves out (ChipConfig::from_hermes64); "" where that is nothing.
std::string borrowed_text(const std::vector<std::string>& from_hermes64);

/// A row of a table over drift times: time, the metric, its deviation and interval, the columns so wide.
std::string drift_row(const DriftPoint& point, const Metric& metric, int name_width, int value_width);

/// The table that `mho evaluate` prints: the metric in digital, at each drift time, AVM, cost; a warning near
/// chance.
std::string score_table(const Evaluation& evaluation);

}  // namespace mho
