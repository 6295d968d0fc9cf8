// SPDX-License-Identifier: Apache-2.0
#include "core/analog/input_range.hpp"

namespace mho {

void InputRangeConfig::fields(FieldVisitor& visitor) {
  visitor.field("input_range", &mode,
                "Full scale of a layer's input converter: a percentile of |input| over calibration samples, "
                "input_range_value, or trained from that percentile on (regime hardware_aware).");
  visitor.field("input_range_value", &value, between(1e-6, 1e6),
                "The full scale of every layer where input_range is fixed.");
}

}  // namespace mho
