// SPDX-License-Identifier: Apache-2.0
#include "core/chip/packing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/random.hpp"

namespace mho {
namespace {

constexpr int jittered_orders = 60;  // as the lower-bound study that the core counts are held against

struct Free {
  int x, y, width, height;
  bool holds(const Free& other) const {
    return x <= other.x && y <= other.y && x + width >= other.x + other.width &&
           y + height >= other.y + other.height;
  }
};

/// One bin as its maximal free rectangles: overlapping, none inside another.
class MaxRectsBin {
 public:
  MaxRectsBin(int width, int height) : free_{{0, 0, width, height}} {}

  const std::vector<Free>& free() const { return free_; }

  void take(const Free& used) {
    next_.clear();
    for (const Free& space : free_) split(space, used);
    free_.clear();
    for (size_t i = 0; i < next_.size(); ++i)
      if (!is_redundant(i)) free_.push_back(next_[i]);
  }

 private:
  /// What is left of `space` beside `used`: up to four maximal rectangles.
  void split(const Free& space, const Free& used) {
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
  bool is_redundant(size_t i) const {
    for (size_t j = 0; j < next_.size(); ++j)
      if (j != i && next_[j].holds(next_[i]) && (j < i || !next_[i].holds(next_[j]))) return true;
    return false;
  }

  std::vector<Free> free_;
  std::vector<Free> next_;
};

/// The free corner that leaves the smallest short side (then the smallest long side), over all bins.
Placement best_short_side_fit(const std::vector<MaxRectsBin>& bins, const Rectangle& rectangle) {
  Placement best{-1, 0, 0};
  std::pair<int, int> best_fit{std::numeric_limits<int>::max(), 0};
  for (size_t bin = 0; bin < bins.size(); ++bin)
    for (const Free& space : bins[bin].free()) {
      const int beside = space.width - rectangle.width, below = space.height - rectangle.height;
      if (beside < 0 || below < 0) continue;
      const std::pair<int, int> fit{std::min(beside, below), std::max(beside, below)};
      if (fit >= best_fit) continue;
      best_fit = fit;
      best = {static_cast<int>(bin), space.x, space.y};
    }
  return best;
}

Packing pack_in_order(const std::vector<Rectangle>& rectangles, const std::vector<int>& order, int width,
                      int height) {
  Packing packing;
  packing.placements.resize(rectangles.size());
  std::vector<MaxRectsBin> bins;
  for (const int index : order) {
    const Rectangle& rectangle = rectangles[static_cast<size_t>(index)];
    Placement place = best_short_side_fit(bins, rectangle);
    if (place.bin < 0) {
      bins.emplace_back(width, height);
      place = {static_cast<int>(bins.size()) - 1, 0, 0};
    }
    bins[static_cast<size_t>(place.bin)].take({place.x, place.y, rectangle.width, rectangle.height});
    packing.placements[static_cast<size_t>(index)] = place;
  }
  packing.bins = static_cast<int>(bins.size());
  return packing;
}

std::int64_t busiest_work(const std::vector<Rectangle>& rectangles, const Packing& packing) {
  std::vector<std::int64_t> work(static_cast<size_t>(packing.bins), 0);
  for (size_t i = 0; i < rectangles.size(); ++i)
    work[static_cast<size_t>(packing.placements[i].bin)] += rectangles[i].work;
  return work.empty() ? 0 : *std::max_element(work.begin(), work.end());
}

/// Remembers the best packing of those that it is offered.
class Best {
 public:
  explicit Best(const std::vector<Rectangle>& rectangles) : rectangles_(rectangles) {}
  void offer(Packing packing) {
    const std::pair<int, std::int64_t> rank{packing.bins, busiest_work(rectangles_, packing)};
    if (rank >= rank_) return;
    rank_ = rank;
    packing_ = std::move(packing);
  }
  const Packing& packing() const { return packing_; }

 private:
  const std::vector<Rectangle>& rectangles_;
  std::pair<int, std::int64_t> rank_{std::numeric_limits<int>::max(), 0};
  Packing packing_;
};

using SortKey = std::function<std::pair<double, double>(const Rectangle&)>;

std::vector<int> sorted_order(const std::vector<Rectangle>& rectangles, const SortKey& key) {
  std::vector<std::pair<double, double>> keys;
  for (const Rectangle& rectangle : rectangles) keys.push_back(key(rectangle));
  std::vector<int> order(rectangles.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return keys[static_cast<size_t>(a)] > keys[static_cast<size_t>(b)]; });
  return order;
}

double area(const Rectangle& rectangle) { return 1.0 * rectangle.width * rectangle.height; }

std::vector<SortKey> sorted_keys() {
  using R = Rectangle;
  return {[](const R& r) { return std::pair(area(r), 0.0); },
          [](const R& r) { return std::pair(double(r.height), double(r.width)); },
          [](const R& r) { return std::pair(double(r.width), double(r.height)); },
          [](const R& r) { return std::pair(double(std::max(r.width, r.height)), 0.0); },
          [](const R&) { return std::pair(0.0, 0.0); }};  // as given
}

void check(const std::vector<Rectangle>& rectangles, int width, int height) {
  for (const Rectangle& r : rectangles)
    if (r.width < 1 || r.height < 1 || r.width > width || r.height > height)
      throw MappingError(fmt::format("packing: expected rectangles from 1x1 to {}x{} cells, got {}x{}", width,
                                     height, r.width, r.height));
}

int area_bound(const std::vector<Rectangle>& rectangles, int width, int height) {
  std::int64_t cells = 0;
  for (const Rectangle& r : rectangles) cells += std::int64_t{1} * r.width * r.height;
  const std::int64_t bin = std::int64_t{1} * width * height;
  return static_cast<int>((cells + bin - 1) / bin);
}

}  // namespace

Packing pack_rectangles(const std::vector<Rectangle>& rectangles, int width, int height, int max_bins) {
  check(rectangles, width, height);
  const int bound = area_bound(rectangles, width, height);
  const auto keys = sorted_keys();
  Best best(rectangles);
  for (const SortKey& key : keys) {
    best.offer(pack_in_order(rectangles, sorted_order(rectangles, key), width, height));
    if (bound > max_bins) return best.packing();
  }
  Random random(RandomKey(0).with("packing orders"));
  const SortKey jitter = [&](const Rectangle& r) {
    return std::pair(area(r) * (0.6 + 0.8 * random.uniform()), 0.0);
  };
  for (int i = 0; i < jittered_orders && best.packing().bins > bound; ++i)
    best.offer(pack_in_order(rectangles, sorted_order(rectangles, jitter), width, height));
  return best.packing();
}

}  // namespace mho
