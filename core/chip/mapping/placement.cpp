// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/placement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/random.hpp"

namespace mho {
namespace {

constexpr int nobody = -1;
constexpr int annealing_runs =
    8;  // their best differs less from seed to seed than one run of eight times the moves

/// Who is where, while bins change places.
class Board {
 public:
  Board(const Traffic& traffic, const LinkGraph& graph, const ChipConfig& chip, Sites sites)
      : traffic_(traffic), cores_(chip.cores()), sites_(std::move(sites)) {
    bin_at_.assign(static_cast<size_t>(cores_), nobody);
    for (int bin = 0; bin < traffic.bins(); ++bin) bin_at_[index(sites_[index(bin)])] = bin;
    hops_.resize(index(cores_) * index(cores_));
    for (int a = 0; a < cores_; ++a)
      for (int b = 0; b < cores_; ++b) hops_[index(a) * index(cores_) + index(b)] = graph.hops(a, b);
  }

  const Sites& sites() const { return sites_; }
  int cores() const { return cores_; }

  /// What moving `bin` to `core`, and who is there back, adds to the bit-hops.
  std::int64_t change(int bin, int core) const {
    const int from = sites_[index(bin)], other = bin_at_[index(core)];
    std::int64_t change = moved(bin, from, core, other);
    if (other != nobody) change += moved(other, core, from, bin);
    return change;
  }

  void swap(int bin, int core) {
    const int from = sites_[index(bin)], other = bin_at_[index(core)];
    sites_[index(bin)] = core;
    bin_at_[index(core)] = bin;
    bin_at_[index(from)] = other;
    if (other != nobody) sites_[index(other)] = from;
  }

 private:
  static size_t index(int i) { return static_cast<size_t>(i); }
  int hops(int a, int b) const { return hops_[index(a) * index(cores_) + index(b)]; }

  /// The bin's own share of the change; its hops to the one that it swaps with stay.
  std::int64_t moved(int bin, int from, int to, int partner) const {
    std::int64_t change = 0;
    for (const auto& [other, bits] : traffic_.partners(bin))
      if (other != partner)
        change += bits * (hops(to, sites_[index(other)]) - hops(from, sites_[index(other)]));
    return change;
  }

  const Traffic& traffic_;
  int cores_;
  Sites sites_;
  std::vector<int> bin_at_;
  std::vector<int> hops_;
};

/// Swaps while any of them helps.
void descend(Board& board, int bins) {
  for (bool better = true; better;) {
    better = false;
    for (int bin = 0; bin < bins; ++bin)
      for (int core = 0; core < board.cores(); ++core)
        if (core != board.sites()[static_cast<size_t>(bin)] && board.change(bin, core) < 0) {
          board.swap(bin, core);
          better = true;
        }
  }
}

/// Mean size of a random move's change: the first temperature.
double typical_change(const Board& board, int bins, Random& random) {
  constexpr int moves = 200;
  double sum = 0;
  for (int i = 0; i < moves; ++i) {
    const int bin = random.integer(0, bins - 1);
    sum += std::abs(static_cast<double>(board.change(bin, random.integer(0, board.cores() - 1))));
  }
  return sum / moves;
}

/// Metropolis moves at temperatures from a sixth of a typical change down to a hundredth of that, where few
/// moves are still taken.
void anneal(Board& board, int bins, Random& random, int moves) {
  double temperature = 0.15 * typical_change(board, bins, random);
  const double cooling = moves > 0 ? std::pow(1e-2, 1.0 / moves) : 1;
  for (int move = 0; move < moves && temperature > 0; ++move, temperature *= cooling) {
    const int bin = random.integer(0, bins - 1), core = random.integer(0, board.cores() - 1);
    if (core == board.sites()[static_cast<size_t>(bin)]) continue;
    const std::int64_t change = board.change(bin, core);
    if (change <= 0 || random.uniform() < std::exp(-static_cast<double>(change) / temperature))
      board.swap(bin, core);
  }
}

class BranchAndBound {
 public:
  BranchAndBound(const Traffic& traffic, const LinkGraph& graph, const ChipConfig& chip,
                 const Sites& incumbent, std::int64_t most_branches)
      : traffic_(traffic),
        graph_(graph),
        best_(incumbent),
        best_cost_(bit_hops(traffic, graph, incumbent)),
        branches_left_(most_branches),
        free_(static_cast<size_t>(chip.cores()), true),
        sites_(incumbent.size(), nobody) {
    order_bins();
    count_left();
  }

  std::optional<Sites> run() {
    place(0, 0);
    if (branches_left_ < 0) return std::nullopt;
    return best_;
  }

 private:
  /// The bin with the most traffic first, then always the one with the most traffic to those before it.
  void order_bins() {
    const auto bins = static_cast<size_t>(traffic_.bins());
    std::vector<std::int64_t> all(bins, 0), bound(bins, 0);
    for (size_t bin = 0; bin < bins; ++bin)
      for (const auto& partner : traffic_.partners(static_cast<int>(bin))) all[bin] += partner.bits;
    std::vector<bool> chosen(bins, false);
    for (size_t step = 0; step < bins; ++step) {
      size_t next = bins;
      for (size_t bin = 0; bin < bins; ++bin)
        if (!chosen[bin] &&
            (next == bins || std::pair(bound[bin], all[bin]) > std::pair(bound[next], all[next])))
          next = bin;
      chosen[next] = true;
      order_.push_back(static_cast<int>(next));
      for (const auto& [other, bits] : traffic_.partners(static_cast<int>(next)))
        bound[static_cast<size_t>(other)] += bits;
    }
  }

  /// Bits between pairs of which both stand at or after each position.
  void count_left() {
    const size_t bins = order_.size();
    left_after_.assign(bins + 1, 0);
    std::vector<size_t> position(bins);
    for (size_t i = 0; i < bins; ++i) position[static_cast<size_t>(order_[i])] = i;
    for (size_t bin = 0; bin < bins; ++bin)
      for (const auto& [other, bits] : traffic_.partners(static_cast<int>(bin)))
        if (static_cast<size_t>(other) > bin)
          for (size_t i = 0; i <= std::min(position[bin], position[static_cast<size_t>(other)]); ++i)
            left_after_[i] += bits;
  }

  /// Bit-hops between `bin` on `core` and the bins placed.
  std::int64_t cost_at(int bin, int core) const {
    std::int64_t cost = 0;
    for (const auto& [other, bits] : traffic_.partners(bin))
      if (const int site = sites_[static_cast<size_t>(other)]; site != nobody)
        cost += bits * graph_.hops(core, site);
    return cost;
  }

  /// The least that the bins from position `next` on add to those placed and to each other.
  std::int64_t least_left(size_t next) const {
    std::int64_t least = left_after_[next];
    for (size_t i = next; i < order_.size(); ++i) {
      std::int64_t nearest = std::numeric_limits<std::int64_t>::max();
      for (size_t core = 0; core < free_.size(); ++core)
        if (free_[core]) nearest = std::min(nearest, cost_at(order_[i], static_cast<int>(core)));
      least += nearest;
    }
    return least;
  }

  void place(size_t next, std::int64_t cost) {
    if (next == order_.size()) {
      best_cost_ = cost;
      best_ = sites_;
      return;
    }
    const int bin = order_[next];
    std::vector<std::pair<std::int64_t, int>> choices;
    for (size_t core = 0; core < free_.size(); ++core)
      if (free_[core]) choices.emplace_back(cost_at(bin, static_cast<int>(core)), static_cast<int>(core));
    std::sort(choices.begin(), choices.end());
    for (const auto& [added, core] : choices) {
      if (cost + added + left_after_[next + 1] >= best_cost_) return;  // later choices add no less
      if (--branches_left_ < 0) return;
      free_[static_cast<size_t>(core)] = false;
      sites_[static_cast<size_t>(bin)] = core;
      if (cost + added + least_left(next + 1) < best_cost_) place(next + 1, cost + added);
      free_[static_cast<size_t>(core)] = true;
      sites_[static_cast<size_t>(bin)] = nobody;
    }
  }

  const Traffic& traffic_;
  const LinkGraph& graph_;
  Sites best_;
  std::int64_t best_cost_;
  std::int64_t branches_left_;
  std::vector<bool> free_;
  Sites sites_;
  std::vector<int> order_;
  std::vector<std::int64_t> left_after_;  ///< bits between pairs of which both stand at or after a position
};

}  // namespace

Traffic::Traffic(const std::vector<Link>& links, int bins) : partners_(static_cast<size_t>(bins)) {
  const auto add = [this](int from, int to, std::int64_t bits) {
    auto& partners = partners_[static_cast<size_t>(from)];
    const auto at = std::lower_bound(partners.begin(), partners.end(), to,
                                     [](const Partner& partner, int bin) { return partner.bin < bin; });
    if (at != partners.end() && at->bin == to)
      at->bits += bits;
    else
      partners.insert(at, {to, bits});
  };
  for (const Link& link : links) {
    if (link.from_core == off_chip || link.to_core == off_chip) continue;
    add(link.from_core, link.to_core, link.bits);
    add(link.to_core, link.from_core, link.bits);
  }
}

std::int64_t bit_hops(const Traffic& traffic, const LinkGraph& graph, const Sites& sites) {
  std::int64_t sum = 0;
  for (int bin = 0; bin < traffic.bins(); ++bin)
    for (const auto& [other, bits] : traffic.partners(bin))
      if (other > bin)
        sum += bits * graph.hops(sites[static_cast<size_t>(bin)], sites[static_cast<size_t>(other)]);
  return sum;
}

Sites zig_zag_sites(const ChipConfig& chip, int bins) {
  Sites sites;
  for (int n = 0; n < bins; ++n) {
    const int row = n / chip.grid_columns, column = n % chip.grid_columns;
    sites.push_back(row * chip.grid_columns + (row % 2 == 0 ? column : chip.grid_columns - 1 - column));
  }
  return sites;
}

Sites random_sites(const ChipConfig& chip, int bins, std::uint64_t seed) {
  Sites sites(static_cast<size_t>(chip.cores()));
  std::iota(sites.begin(), sites.end(), 0);
  Random random(RandomKey(seed).with("random placement"));
  random.shuffle<int>(sites);
  sites.resize(static_cast<size_t>(bins));
  return sites;
}

std::optional<Sites> optimal_sites(const Traffic& traffic, const LinkGraph& graph, const ChipConfig& chip,
                                   const Sites& incumbent, std::int64_t most_branches) {
  return BranchAndBound(traffic, graph, chip, incumbent, most_branches).run();
}

Sites annealed_sites(const Traffic& traffic, const LinkGraph& graph, const ChipConfig& chip,
                     const Sites& start, std::uint64_t seed, int moves) {
  if (traffic.bins() == 0) return start;
  Sites best = start;
  std::int64_t best_cost = bit_hops(traffic, graph, start);
  for (int run = 0; run < annealing_runs; ++run) {
    Board board(traffic, graph, chip, start);
    Random random(RandomKey(seed).with("placement", static_cast<std::uint64_t>(run)));
    anneal(board, traffic.bins(), random, moves);
    descend(board, traffic.bins());
    const std::int64_t cost = bit_hops(traffic, graph, board.sites());
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = board.sites();
  }
  return best;
}

}  // namespace mho
