// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace mho {

/// Progress on stderr: one line that updates in place on a terminal, plain lines elsewhere. It uses no
/// colours and no escape sequences, so NO_COLOR and dumb terminals need no special case. Not for use from
/// several threads at once.
class Progress {
 public:
  Progress();
  /// Ends the updating line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Replaces the updating line; where there is no terminal, writes a line with `detail` as well.
  void update(const std::string& text, const std::string& detail = "");
  /// A line that stays.
  void line(const std::string& text);

  /// Notes that one more unit of work is done (since this object was made) and returns the time that
  /// `remaining` more will take at the rate so far, as text.
  std::string estimate(int remaining);

 private:
  void clear();

  bool terminal_;
  std::size_t shown_ = 0;  ///< characters of the updating line
  int done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mho
