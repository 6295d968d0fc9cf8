// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "core/base/error.hpp"

namespace mho {

const char* version() { return MHO_VERSION; }

void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0)
    throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

void log_line(const std::string& text) {
  const std::string line = "mho: " + text + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string shell_word(const std::string& text) {
  const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,/:@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string quantity(double value, const std::string& unit) {
  static constexpr std::array<const char*, 9> prefixes = {"f", "p", "n", "u", "m", "", "k", "M", "G"};
  if (value == 0 || !std::isfinite(value)) return fmt::format("{} {}", value, unit);
  const double thousands = std::clamp(std::floor(std::log10(std::fabs(value)) / 3), -5.0, 3.0);
  return fmt::format("{:.3g} {}{}", value / std::pow(1000.0, thousands),
                     prefixes.at(static_cast<std::size_t>(thousands + 5)), unit);
}

}  // namespace mho
