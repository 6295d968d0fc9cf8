// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace mho {

/// A physical quantity with three digits and an SI prefix from f to G: (1.53e-4, "J") -> "153 µJ"; 0 -> "0
/// J".
std::string format_quantity(double value, const std::string& unit);

/// A count with its thousands apart: 1866536 -> "1,866,536".
std::string format_count(std::int64_t count);

/// A time span, s: "45 s", "12 min", "3.4 h".
std::string format_duration(double seconds);

/// A fraction of 1 in percent: 0.827 -> "82.7 %".
std::string format_percent(double fraction);

}  // namespace mho
