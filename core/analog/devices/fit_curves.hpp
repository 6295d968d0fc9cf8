// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/analog/devices/device_parameters.hpp"
#include "core/analog/devices/vector_math.hpp"

namespace mho {

// The curves of fits as the device loops evaluate them: single precision, no branches.

/// c[0] + c[1] x + ... + c[n - 1] x^(n - 1).
template <size_t n>
struct Polynomial {
  std::array<float, n> c;
  float operator()(float x) const {
    float value = c[n - 1];
    for (size_t i = n - 1; i-- > 0;) value = c[i] + x * value;
    return value;
  }
};

/// clip(slope ln x + offset, min, max).
struct ClippedLine {
  float slope, offset, min, max;
  float operator()(float log_x) const { return clip(slope * log_x + offset, min, max); }
};

/// ConfigError naming `key` unless there are `expected` coefficients.
void check_coefficients(const std::string& key, const std::vector<double>& coefficients, size_t expected);

/// The coefficients over `unit`, each rounded to float first. Throws ConfigError naming `key` when there are
/// not n.
template <size_t n>
Polynomial<n> make_polynomial(const std::string& key, const std::vector<double>& coefficients,
                              double unit = 1) {
  check_coefficients(key, coefficients, n);
  Polynomial<n> polynomial;
  for (size_t i = 0; i < n; ++i)
    polynomial.c[i] = static_cast<float>(coefficients[i]) / static_cast<float>(unit);
  return polynomial;
}

/// Throws ConfigError naming `key` when min is above max.
ClippedLine make_line(const std::string& key, const LogLine& line);

}  // namespace mho
