// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/fields.hpp"

namespace mho {

/// percentile: of |input| over calibration samples, anew every epoch; fixed: one value for every layer;
/// learned: starts at the percentile and is trained with the weights.
enum class InputRangeMode { percentile, fixed, learned };
template <>
inline constexpr std::array words_of<InputRangeMode>{"percentile", "fixed", "learned"};

/// Where the full scale of a layer's input converter comes from; part of the [hardware] table.
struct InputRangeConfig {
  InputRangeMode mode = InputRangeMode::percentile;
  double value = 1.0;  ///< of `fixed`

  void fields(FieldVisitor& visitor);
};

}  // namespace mho
