// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

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

/// How much of progress and notes is written to stderr: -q, nothing, -v.
enum class Verbosity { quiet, normal, verbose };
void set_verbosity(Verbosity verbosity);
Verbosity verbosity();

/// Writes one line "mho: ..." to stderr, unless quiet.
void log_line(const std::string& text);
/// The same however quiet: errors, and how to go on after a stop.
void log_always(const std::string& text);

/// What this thread prints and logs while it lives, kept instead of written.
class OutputCapture {
 public:
  OutputCapture();
  ~OutputCapture();
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

  std::string printed = {};
  std::vector<std::string> logged = {};  ///< lines without "mho: "

 private:
  OutputCapture* before_;
};

/// The text quoted for a POSIX shell where it needs to be.
std::string shell_word(const std::string& text);

}  // namespace mho
