// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mho {

/// "0.1.0"
const char* version();

/// Writes a result to stdout and flushes it. Throws RunError when it cannot be written (full disk, closed
/// pipe).
void print(const std::string& text);

/// Writes one line "mho: ..." to stderr.
void log_line(const std::string& text);

/// The text quoted for a POSIX shell where it needs to be.
std::string shell_word(const std::string& text);

/// "45 s", "12 min", "3.4 h".
std::string duration(double seconds);

/// A number with its SI prefix and unit: quantity(1.33e-7, "s") is "133 ns".
std::string quantity(double value, const std::string& unit);

}  // namespace mho
