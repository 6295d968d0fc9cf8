// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/spiking/pattern.hpp"
#include "evaluators/spiking/spiking_classes.hpp"

namespace mho {

/// How long a training took, and how many steps of neurons a second that is.
struct SpikingPace {
  double wall_s = 0, state_steps_per_s = 0;
};

// What `mho spiking` prints: for programs, for people, and the curve as CSV.
std::string pattern_json(const SpikingConfig& config, const PatternResult& result, const SpikingPace& pace);
std::string pattern_text(const SpikingConfig& config, const PatternResult& result, const SpikingPace& pace);
std::string pattern_csv(const SpikingConfig& config, const PatternResult& result);
std::string spiking_classes_json(const SpikingConfig& config, const SpikingClassResult& result,
                                 const SpikingPace& pace);
std::string spiking_classes_text(const SpikingConfig& config, const SpikingClassResult& result,
                                 const SpikingPace& pace);

}  // namespace mho
