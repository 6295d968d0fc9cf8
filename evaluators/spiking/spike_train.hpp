// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mho {

/// Which of several sources spike at which step: the events alone, in the order of the steps.
class SpikeTrain {
 public:
  /// Of the step at hand; sources of a step rise.
  void add(std::size_t source) { sources_.push_back(static_cast<std::uint32_t>(source)); }
  void end_step() { ends_.push_back(sources_.size()); }
  void clear() {
    sources_.clear();
    ends_.clear();
  }

  int steps() const { return static_cast<int>(ends_.size()); }
  std::int64_t events() const { return static_cast<std::int64_t>(sources_.size()); }
  std::span<const std::uint32_t> at(int step) const {
    const auto s = static_cast<std::size_t>(step);
    const std::size_t first = s == 0 ? 0 : ends_[s - 1];
    return {sources_.data() + first, ends_[s] - first};
  }
  std::span<const std::uint32_t> all() const { return sources_; }

 private:
  std::vector<std::uint32_t> sources_;
  std::vector<std::size_t> ends_;  ///< of each step in sources_
};

}  // namespace mho
