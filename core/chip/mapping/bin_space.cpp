// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/bin_space.hpp"

#include <algorithm>

namespace mho {

std::optional<BinSpace::Fit> BinSpace::best_fit(int width, int height) const {
  std::optional<Fit> best;
  for (const Area& space : free_) {
    const int beside = space.width - width, below = space.height - height;
    if (beside < 0 || below < 0) continue;
    const Fit fit{std::min(beside, below), std::max(beside, below), space.x, space.y};
    if (!best || fit < *best) best = fit;
  }
  return best;
}

void BinSpace::take(const Area& used) {
  next_.clear();
  if (mode_ == PackingMode::time_shared) {
    for (const Area& space : free_) split(space, used);
  } else if (mode_ == PackingMode::disjoint) {
    // What lies right of and below the rectangle shares no row and no column with it.
    const Area& space = free_.front();
    const int right = space.width - used.width, below = space.height - used.height;
    if (right > 0 && below > 0) next_.push_back({used.x + used.width, used.y + used.height, right, below});
  }
  free_.clear();
  for (size_t i = 0; i < next_.size(); ++i)
    if (!is_redundant(i)) free_.push_back(next_[i]);
}

/// What is left of `space` beside `used`: up to four maximal rectangles.
void BinSpace::split(const Area& space, const Area& used) {
  const int right = space.x + space.width, bottom = space.y + space.height;
  const int used_right = used.x + used.width, used_bottom = used.y + used.height;
  if (used.x >= right || used_right <= space.x || used.y >= bottom || used_bottom <= space.y) {
    next_.push_back(space);
    return;
  }
  if (used.x > space.x) next_.push_back({space.x, space.y, used.x - space.x, space.height});
  if (used_right < right) next_.push_back({used_right, space.y, right - used_right, space.height});
  if (used.y > space.y) next_.push_back({space.x, space.y, space.width, used.y - space.y});
  if (used_bottom < bottom) next_.push_back({space.x, used_bottom, space.width, bottom - used_bottom});
}

/// Inside another one; of two equal ones the first stays.
bool BinSpace::is_redundant(size_t i) const {
  for (size_t j = 0; j < next_.size(); ++j)
    if (j != i && next_[j].holds(next_[i]) && (j < i || !next_[i].holds(next_[j]))) return true;
  return false;
}

}  // namespace mho
