// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/packing.hpp"

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

/// Bins being filled, with the work that each has.
class Bins {
 public:
  Bins(int width, int height, PackingMode mode) : empty_(width, height, mode), mode_(mode) {}

  int count() const { return static_cast<int>(spaces_.size()); }
  std::int64_t work(int bin) const { return work_[static_cast<size_t>(bin)]; }
  /// The work of `bin` with this rectangle in it.
  std::int64_t work_with(int bin, const Rectangle& rectangle) const {
    return mode_ == PackingMode::time_shared ? work(bin) + rectangle.work
                                             : std::max(work(bin), rectangle.work);
  }
  int open() {
    spaces_.push_back(empty_);
    work_.push_back(0);
    return count() - 1;
  }
  std::optional<BinSpace::Fit> fit(int bin, const Rectangle& rectangle) const {
    return spaces_[static_cast<size_t>(bin)].best_fit(rectangle.width, rectangle.height);
  }
  Placement put(int bin, const BinSpace::Fit& fit, const Rectangle& rectangle) {
    work_[static_cast<size_t>(bin)] = work_with(bin, rectangle);
    spaces_[static_cast<size_t>(bin)].take({fit.x, fit.y, rectangle.width, rectangle.height});
    return {bin, fit.x, fit.y};
  }
  /// Into the bin where it fits best; bin -1 where it fits none or would make it work more than `most_work`.
  Placement put_in_best(const Rectangle& rectangle, std::int64_t most_work) {
    int best = -1;
    BinSpace::Fit best_fit;
    for (int bin = 0; bin < count(); ++bin) {
      if (work_with(bin, rectangle) > most_work) continue;
      const auto found = fit(bin, rectangle);
      if (!found || (best >= 0 && !(*found < best_fit))) continue;
      best = bin;
      best_fit = *found;
    }
    return best < 0 ? Placement{-1, 0, 0} : put(best, best_fit, rectangle);
  }

 private:
  BinSpace empty_;
  PackingMode mode_;
  std::vector<BinSpace> spaces_;
  std::vector<std::int64_t> work_;
};

constexpr std::int64_t any_work = std::numeric_limits<std::int64_t>::max();

struct Problem {
  const std::vector<Rectangle>& rectangles;
  int width, height;
  PackingMode mode;
};

Packing pack_in_order(const Problem& problem, const std::vector<int>& order) {
  Packing packing;
  packing.placements.resize(problem.rectangles.size());
  Bins bins(problem.width, problem.height, problem.mode);
  for (const int index : order) {
    const Rectangle& rectangle = problem.rectangles[static_cast<size_t>(index)];
    Placement place = bins.put_in_best(rectangle, any_work);
    if (place.bin < 0) place = bins.put(bins.open(), {}, rectangle);
    packing.placements[static_cast<size_t>(index)] = place;
  }
  packing.bins = bins.count();
  return packing;
}

std::int64_t busiest_work(const Problem& problem, const Packing& packing) {
  std::vector<std::int64_t> work(static_cast<size_t>(packing.bins), 0);
  for (size_t i = 0; i < problem.rectangles.size(); ++i) {
    std::int64_t& own = work[static_cast<size_t>(packing.placements[i].bin)];
    const std::int64_t more = problem.rectangles[i].work;
    own = problem.mode == PackingMode::time_shared ? own + more : std::max(own, more);
  }
  return work.empty() ? 0 : *std::max_element(work.begin(), work.end());
}

/// Remembers the best packing of those that it is offered.
class Best {
 public:
  explicit Best(const Problem& problem) : problem_(problem) {}
  void offer(Packing packing) {
    const std::pair<int, std::int64_t> rank{packing.bins, busiest_work(problem_, packing)};
    if (rank >= rank_) return;
    rank_ = rank;
    packing_ = std::move(packing);
  }
  const Packing& packing() const { return packing_; }

 private:
  const Problem& problem_;
  std::pair<int, std::int64_t> rank_{std::numeric_limits<int>::max(), 0};
  Packing packing_;
};

using SortKey = std::function<std::pair<double, double>(const Rectangle&)>;

/// Largest key first.
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

/// What makes a rectangle hard to place: cells, or rows and columns where those are not shared.
double size_in(PackingMode mode, const Rectangle& rectangle) {
  return mode == PackingMode::disjoint ? rectangle.width + rectangle.height : area(rectangle);
}

std::vector<SortKey> sorted_keys(PackingMode mode) {
  using R = Rectangle;
  return {[mode](const R& r) { return std::pair(size_in(mode, r), 0.0); },
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

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Longest work first, each into the least busy bin that has room.
std::optional<Packing> pack_least_busy(const Problem& problem, int bins_allowed, std::int64_t most_work) {
  Packing packing{std::vector<Placement>(problem.rectangles.size()), bins_allowed};
  Bins bins(problem.width, problem.height, problem.mode);
  std::vector<int> queue;  // bins, least busy first
  for (int bin = 0; bin < bins_allowed; ++bin) queue.push_back(bins.open());
  const auto order = sorted_order(
      problem.rectangles, [](const Rectangle& r) { return std::pair(static_cast<double>(r.work), area(r)); });
  for (const int index : order) {
    const Rectangle& rectangle = problem.rectangles[static_cast<size_t>(index)];
    size_t at = 0;
    std::optional<BinSpace::Fit> fit;
    for (; at < queue.size() && bins.work_with(queue[at], rectangle) <= most_work; ++at)
      if ((fit = bins.fit(queue[at], rectangle))) break;
    if (!fit) return std::nullopt;
    const int bin = queue[at];
    packing.placements[static_cast<size_t>(index)] = bins.put(bin, *fit, rectangle);
    for (; at + 1 < queue.size() && bins.work(queue[at + 1]) <= bins.work(bin); ++at)
      queue[at] = queue[at + 1];
    queue[at] = bin;
  }
  return packing;
}

/// Largest first, each into the bin that it fits best.
std::optional<Packing> pack_best_fit(const Problem& problem, int bins_allowed, std::int64_t most_work) {
  Packing packing{std::vector<Placement>(problem.rectangles.size()), 0};
  Bins bins(problem.width, problem.height, problem.mode);
  const auto mode = problem.mode;
  const auto order = sorted_order(problem.rectangles, [mode](const Rectangle& r) {
    return std::pair(size_in(mode, r), static_cast<double>(r.work));
  });
  for (const int index : order) {
    const Rectangle& rectangle = problem.rectangles[static_cast<size_t>(index)];
    Placement place = bins.put_in_best(rectangle, most_work);
    if (place.bin < 0) {
      if (bins.count() == bins_allowed || rectangle.work > most_work) return std::nullopt;
      place = bins.put(bins.open(), {}, rectangle);
    }
    packing.placements[static_cast<size_t>(index)] = place;
  }
  packing.bins = bins.count();
  return packing;
}

/// Leaves out bins without a rectangle.
Packing without_empty_bins(Packing packing) {
  std::vector<int> number(static_cast<size_t>(packing.bins), -1);
  int next = 0;
  for (Placement& place : packing.placements) {
    int& bin = number[static_cast<size_t>(place.bin)];
    if (bin < 0) bin = next++;
    place.bin = bin;
  }
  packing.bins = next;
  return packing;
}

}  // namespace

std::int64_t packing_bound(const std::vector<Rectangle>& rectangles, int width, int height,
                           PackingMode mode) {
  std::int64_t cells = 0, rows = 0, columns = 0;
  for (const Rectangle& r : rectangles) {
    cells += std::int64_t{1} * r.width * r.height;
    rows += r.height;
    columns += r.width;
  }
  if (mode == PackingMode::none) return std::ssize(rectangles);
  if (mode == PackingMode::disjoint) return std::max(divide_up(rows, height), divide_up(columns, width));
  return divide_up(cells, std::int64_t{1} * width * height);
}

Packing pack_rectangles(const std::vector<Rectangle>& rectangles, int width, int height, int max_bins,
                        PackingMode mode) {
  check(rectangles, width, height);
  const Problem problem{rectangles, width, height, mode};
  const std::int64_t bound = packing_bound(rectangles, width, height, mode);
  Best best(problem);
  for (const SortKey& key : sorted_keys(mode)) {
    best.offer(pack_in_order(problem, sorted_order(rectangles, key)));
    if (bound > max_bins || mode == PackingMode::none) return best.packing();
  }
  Random random(RandomKey(0).with("packing orders"));
  const SortKey jitter = [&](const Rectangle& r) {
    return std::pair(size_in(mode, r) * (0.6 + 0.8 * random.uniform()), 0.0);
  };
  for (int i = 0; i < jittered_orders && best.packing().bins > bound; ++i)
    best.offer(pack_in_order(problem, sorted_order(rectangles, jitter)));
  return best.packing();
}

std::optional<Packing> pack_balanced(const std::vector<Rectangle>& rectangles, int width, int height,
                                     int bins, std::int64_t most_work, PackingMode mode) {
  check(rectangles, width, height);
  if (packing_bound(rectangles, width, height, mode) > bins) return std::nullopt;
  const Problem problem{rectangles, width, height, mode};
  auto packing = pack_least_busy(problem, bins, most_work);
  if (!packing) packing = pack_best_fit(problem, bins, most_work);
  if (packing) return without_empty_bins(std::move(*packing));
  return std::nullopt;
}

}  // namespace mho
