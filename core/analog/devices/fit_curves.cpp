// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/fit_curves.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace mho {

void check_coefficients(const std::string& key, const std::vector<double>& coefficients, size_t expected) {
  if (coefficients.size() != expected)
    throw ConfigError(
        fmt::format("{}: expected {} coefficients, got {}", key, expected, coefficients.size()));
}

ClippedLine make_line(const std::string& key, const LogLine& line) {
  if (line.min > line.max)
    throw ConfigError(
        fmt::format("{0}_min, {0}_max: expected min below max, got {1} and {2}", key, line.min, line.max));
  return {static_cast<float>(line.slope), static_cast<float>(line.offset), static_cast<float>(line.min),
          static_cast<float>(line.max)};
}

}  // namespace mho
