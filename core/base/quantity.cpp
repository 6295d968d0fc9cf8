// SPDX-License-Identifier: Apache-2.0
#include "core/base/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mho {

std::string format_quantity(double value, const std::string& unit) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{} {}", value, unit);
  constexpr std::array<const char*, 9> prefixes = {"f", "p", "n", "µ", "m", "", "k", "M", "G"};
  constexpr int no_prefix = 5;
  const double digits = std::stod(fmt::format("{:.2e}", std::abs(value)));  // rounded first: 999.6 is 1.00 k
  const int thousands = static_cast<int>(std::floor(std::log10(digits) / 3 + 1e-12));
  const int prefix = std::clamp(thousands + no_prefix, 0, static_cast<int>(prefixes.size()) - 1);
  const double scaled = value / std::pow(1000.0, prefix - no_prefix);
  const int decimals = std::abs(scaled) < 9.995 ? 2 : std::abs(scaled) < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}{}", scaled, decimals, prefixes[static_cast<size_t>(prefix)], unit);
}

std::string format_count(std::int64_t count) {
  std::string text = fmt::format("{}", count);
  const auto first_digit = static_cast<std::ptrdiff_t>(count < 0);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > first_digit; i -= 3)
    text.insert(static_cast<size_t>(i), ",");
  return text;
}

std::string format_percent(double fraction) { return fmt::format("{:.1f} %", 100 * fraction); }

std::string format_duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace mho
