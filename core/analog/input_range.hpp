// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/fields.hpp"

namespace mho {

/// Where the full scale of a layer's input converter comes from; part of the [hardware] table.
struct InputRangeConfig {
  /// percentile: of |input| over calibration samples, anew every epoch; fixed: `value` for every layer;
  /// learned: starts at the percentile and is trained with the weights.
  std::string mode = "percentile";
  double value = 1.0;  ///< of `fixed`

  void fields(FieldVisitor& visitor);
};

}  // namespace mho
