// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include "core/nn/kernels/kernels.hpp"

namespace mho {

/// What an OutputStage makes of one column's sum, in double: that of both reference implementations. `normal`
/// is its number of the noise, `previous` what y held.
inline float plain_output(const OutputStage& stage, int column, double sum, double normal, float previous) {
  double v = sum + stage.noise * normal;
  if (stage.adc_step > 0) {
    v = std::nearbyint(v / stage.adc_step) * stage.adc_step;
    v = std::clamp<double>(v, -stage.adc_limit, stage.adc_limit);
  }
  if (stage.scale) v *= stage.scale[column];
  if (stage.bias) v += stage.bias[column];
  return static_cast<float>(stage.accumulate ? previous + v : v);
}

}  // namespace mho
