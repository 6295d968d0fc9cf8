// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// A curve that a spiking network was to draw, and what it drew: one number a step.
struct DrawnPattern {
  std::string scheme;
  double step_s = 0;
  std::vector<float> target, output;
};

/// Both over time, as a picture.
std::string pattern_svg(const DrawnPattern& pattern);

}  // namespace mho
