// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace mho {

/// Progress on stderr: one line that updates in place on a terminal, plain lines elsewhere. It uses no
/// colours and no escape sequences, so NO_COLOR and dumb terminals need no special case. Nothing of it is
/// shown under -q, and every detail under -v. Not for use from several threads at once.
class Progress {
 public:
  Progress();
  /// Ends the updating line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Replaces the updating line, with a bar before it for the `part` of the work that is done, 0 to 1; where
  /// there is no terminal, and under -v, writes a line with `detail` and without a bar.
  void update(const std::string& text, const std::string& detail, double part);
  /// Replaces the updating line of a terminal; elsewhere nothing. For what changes often.
  void tick(const std::string& text, double part);
  /// A line that stays.
  void line(const std::string& text);

  /// Time that `remaining` units of work will take at the rate since this object was made, as text. `done` of
  /// them, counted since then, are; parts of a unit count. "?" before anything is.
  std::string estimate(double done, double remaining) const;

 private:
  void clear();

  bool terminal_;
  std::size_t shown_ = 0;  ///< characters of the updating line
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mho
