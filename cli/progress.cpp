// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/output.hpp"
#include "core/base/quantity.hpp"

namespace mho {
namespace {

/// Characters that fit on the terminal's line; a longer one would wrap and could not be replaced.
std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return 79;
  return size.ws_col - std::size_t{1};
}

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

/// "[#####     ] "
std::string bar(double part) {
  constexpr int width = 20;
  const auto full = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * width);
  return "[" + std::string(full, '#') + std::string(width - full, ' ') + "] ";
}

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_ > 0) write("\n");
}

void Progress::clear() {
  if (shown_ > 0) write(fmt::format("\r{:{}}\r", "", shown_));
  shown_ = 0;
}

void Progress::update(const std::string& text, const std::string& detail, double part) {
  const auto whole = detail.empty() ? text : text + "; " + detail;
  if (!terminal_) return log_line(whole);
  if (verbosity() == Verbosity::verbose) line(whole);
  tick(text, part);
}

void Progress::tick(const std::string& text, double part) {
  if (!terminal_ || verbosity() == Verbosity::quiet) return;
  clear();
  const auto fitting = (bar(part) + text).substr(0, terminal_width());
  write(fitting);
  shown_ = fitting.size();
}

void Progress::line(const std::string& text) {
  clear();
  log_line(text);
}

std::string Progress::estimate(double done, double remaining) const {
  if (done <= 0) return "?";
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  return format_duration(elapsed.count() / done * remaining);
}

}  // namespace mho
