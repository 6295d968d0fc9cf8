// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/parameter_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

bool keeps(float value, NumberRule rule) {
  if (!std::isfinite(value)) return false;
  return rule == NumberRule::finite || (rule == NumberRule::from_zero ? value >= 0 : value > 0);
}

const char* show(NumberRule rule) {
  if (rule == NumberRule::from_zero) return "a finite number from 0";
  return rule == NumberRule::above_zero ? "a finite number above 0" : "a finite number";
}

/// "[2, 7]": row-major.
std::string index_text(std::int64_t place, std::span<const std::int64_t> shape) {
  if (shape.empty()) return "";
  std::string text;
  for (size_t d = shape.size(); d-- > 0; place /= shape[d])
    text = fmt::format("{}{}{}", place % shape[d], text.empty() ? "" : ", ", text);
  return "[" + text + "]";
}

}  // namespace

void check_numbers(std::span<const float> values, std::span<const std::int64_t> shape, NumberRule rule,
                   const std::string& where) {
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [rule](float value) { return keeps(value, rule); });
  if (bad != values.end())
    throw DataError(fmt::format("{}{}: expected {}, got {}", where, index_text(bad - values.begin(), shape),
                                show(rule), *bad));
}

}  // namespace mho
