// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mho {

/// "0.1.0"
const char* version();

/// What the user types to start the program, for messages that say how to go on: MHO_COMMAND (what the door
/// ./mho was called as) where it is set, else argv[0]; "python -m mho" from Python.
void set_program_name(const std::string& argv0);
const std::string& program_name();

/// Writes a result to stdout and flushes it. Throws RunError when it cannot be written (full disk, closed
/// pipe).
void print(const std::string& text);

/// Writes one line "mho: ..." to stderr.
void log_line(const std::string& text);

/// The text quoted for a POSIX shell where it needs to be.
std::string shell_word(const std::string& text);

/// "45 s", "12 min", "3.4 h".
std::string duration(double seconds);

}  // namespace mho
