// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/base/error.hpp"

namespace mho {

const char* version() { return MHO_VERSION; }

namespace {
std::string started_as = "mho";
Verbosity chosen_verbosity = Verbosity::normal;
thread_local OutputCapture* capture = nullptr;
}  // namespace

void set_program_name(const std::string& argv0) {
  const char* door = std::getenv("MHO_COMMAND");
  const std::string name = door && *door ? door : argv0;
  started_as = name.find('/') == std::string::npos ? name : shell_word(name);
}

const std::string& program_name() { return started_as; }

OutputCapture::OutputCapture() : before_(capture) { capture = this; }

OutputCapture::~OutputCapture() { capture = before_; }

void print(const std::string& text) {
  if (capture) {
    capture->printed += text;
    return;
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0)
    throw RunError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

void set_verbosity(Verbosity verbosity) { chosen_verbosity = verbosity; }

Verbosity verbosity() { return chosen_verbosity; }

void log_line(const std::string& text) {
  if (chosen_verbosity != Verbosity::quiet) log_always(text);
}

void log_always(const std::string& text) {
  if (capture) {
    capture->logged.push_back(text);
    return;
  }
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

}  // namespace mho
