// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/schedule.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace mho {
namespace {

struct Span {
  std::int64_t first, last;  ///< [first, last)
};

/// The ticks modulo the interval that a core has left, in order.
class Calendar {
 public:
  explicit Calendar(std::int64_t interval) : interval_(interval), free_{{0, interval}} {}

  /// Takes `count` free ticks from `ready` on; spans in the order of time.
  std::vector<Span> take(std::int64_t ready, std::int64_t count) {
    std::vector<Span> taken;
    std::int64_t lap = ready / interval_ * interval_;
    std::int64_t from = ready - lap;
    while (count > 0) {
      count -= take_from(from, count, lap, taken);
      from = 0;
      lap += interval_;
    }
    return taken;
  }

 private:
  /// What one lap of the interval gives from tick `from` on.
  std::int64_t take_from(std::int64_t from, std::int64_t count, std::int64_t lap, std::vector<Span>& taken) {
    std::int64_t got = 0;
    std::vector<Span> left;
    for (const Span& span : free_) {
      const std::int64_t first = std::max(span.first, from);
      const std::int64_t last = std::min(span.last, first + count - got);
      if (last <= first) {
        left.push_back(span);
        continue;
      }
      append(taken, {lap + first, lap + last});
      got += last - first;
      if (span.first < first) left.push_back({span.first, first});
      if (last < span.last) left.push_back({last, span.last});
    }
    free_ = std::move(left);
    return got;
  }

  static void append(std::vector<Span>& spans, const Span& span) {
    if (!spans.empty() && spans.back().last == span.first)
      spans.back().last = span.last;
    else
      spans.push_back(span);
  }

  std::int64_t interval_;
  std::vector<Span> free_;
};

bool leads(const std::vector<Block>& blocks, size_t index) {
  return blocks[index].group == static_cast<int>(index);
}

/// Products of a group: of its longest block. The first is the longest (replicate shares pixels so).
std::int64_t interval_of(const std::vector<Block>& blocks, Images images, bool at_once) {
  std::map<int, std::int64_t> work;
  std::int64_t all = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (!leads(blocks, i)) continue;
    std::int64_t& core = work[blocks[i].core];
    core = at_once ? std::max(core, blocks[i].products) : core + blocks[i].products;
    all += blocks[i].products + 1;  // room for the tick of a partial sum, which steps in turn have each
    if (blocks[i].in_turn) all += blocks[i].products;
  }
  if (images == Images::one) return all;
  std::int64_t busiest = 0;
  for (const auto& [core, products] : work) busiest = std::max(busiest, products);
  return busiest;
}

/// Ticks that the partial sums of a layer travel: the most core changes along one chain.
std::int64_t chain_ticks(const std::vector<Block>& blocks, size_t first, size_t last) {
  std::map<std::pair<int, int>, std::pair<int, std::int64_t>> chains;  // (replica, column): core, changes
  std::int64_t most = 0;
  for (size_t i = first; i < last; ++i) {
    const Block& block = blocks[i];
    const auto [chain, fresh] = chains.try_emplace({block.replica, block.extent.column}, block.core, 0);
    auto& [core, changes] = chain->second;
    if (!fresh && core != block.core) ++changes;
    core = block.core;
    most = std::max(most, changes);
  }
  return most;
}

class Scheduler {
 public:
  Scheduler(const Architecture& architecture, const std::vector<Block>& blocks, Images images, bool at_once)
      : nodes_(architecture.nodes()), blocks_(blocks), at_once_(at_once) {
    schedule_.interval = interval_of(blocks, images, at_once);
    schedule_.begun.resize(nodes_.size(), 0);
    schedule_.done.resize(nodes_.size(), 0);
  }

  Schedule run() {
    size_t first = 0;
    for (int node = 0; node < static_cast<int>(nodes_.size()); ++node) {
      size_t last = first;
      while (last < blocks_.size() && blocks_[last].node == node) ++last;
      if (last == first)
        pass_on(node);
      else
        (blocks_[first].in_turn ? add_steps(node, first, last) : add_layer(node, first, last));
      first = last;
    }
    return std::move(schedule_);
  }

 private:
  /// A digital layer begins with its latest input and ends with it.
  void pass_on(int node) {
    const auto at = static_cast<size_t>(node);
    for (const int input : nodes_[at].inputs) {
      schedule_.begun[at] = std::max(schedule_.begun[at], schedule_.begun[static_cast<size_t>(input)]);
      schedule_.done[at] = std::max(schedule_.done[at], schedule_.done[static_cast<size_t>(input)]);
    }
  }

  void add_layer(int node, size_t first, size_t last) {
    const auto at = static_cast<size_t>(node);
    const std::int64_t ready = schedule_.done[static_cast<size_t>(nodes_[at].inputs.front())];
    std::int64_t begun = -1, done = ready;
    for (size_t i = first; i < last; ++i) {
      if (!leads(blocks_, i)) continue;
      const auto spans = ticks_of(blocks_[i].core, blocks_[i].products, ready);
      std::int64_t product = 0;
      for (const Span& span : spans) {
        const std::int64_t products = span.last - span.first;
        schedule_.steps.push_back(
            {node, static_cast<int>(i), blocks_[i].core, products, span.first, span.last, product});
        product += products;
      }
      begun = begun < 0 ? spans.front().first : std::min(begun, spans.front().first);
      done = std::max(done, spans.back().last);
    }
    schedule_.begun[at] = begun;
    schedule_.done[at] = done + chain_ticks(blocks_, first, last);
    schedule_.fill = std::max(schedule_.fill, schedule_.done[at]);
  }

  /// Products in turn: each waits for the sums of the one before, of all blocks.
  void add_steps(int node, size_t first, size_t last) {
    const auto at = static_cast<size_t>(node);
    const std::int64_t travel = chain_ticks(blocks_, first, last);
    std::int64_t ready = schedule_.done[static_cast<size_t>(nodes_[at].inputs.front())];
    schedule_.begun[at] = -1;
    for (std::int64_t product = 0; product < blocks_[first].products; ++product) {
      std::int64_t done = ready;
      for (size_t i = first; i < last; ++i) {
        const Span span = ticks_of(blocks_[i].core, 1, ready).front();
        schedule_.steps.push_back(
            {node, static_cast<int>(i), blocks_[i].core, 1, span.first, span.last, product});
        if (schedule_.begun[at] < 0) schedule_.begun[at] = span.first;
        schedule_.begun[at] = std::min(schedule_.begun[at], span.first);
        done = std::max(done, span.last);
      }
      ready = done + travel;
    }
    schedule_.done[at] = ready;
    schedule_.fill = std::max(schedule_.fill, ready);
  }

  std::vector<Span> ticks_of(int core, std::int64_t products, std::int64_t ready) {
    if (at_once_) return {{ready, ready + products}};
    return calendars_.try_emplace(core, schedule_.interval).first->second.take(ready, products);
  }

  const std::vector<Node>& nodes_;
  const std::vector<Block>& blocks_;
  bool at_once_;
  std::map<int, Calendar> calendars_;
  Schedule schedule_;
};

/// Ticks that at least one of the spans covers.
std::int64_t covered(std::vector<Span>& spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.first < b.first; });
  std::int64_t ticks = 0, until = 0;
  for (const Span& span : spans) {
    ticks += std::max<std::int64_t>(0, span.last - std::max(until, span.first));
    until = std::max(until, span.last);
  }
  return ticks;
}

}  // namespace

Schedule make_schedule(const Architecture& architecture, const std::vector<Block>& blocks, Images images,
                       bool at_once) {
  return Scheduler(architecture, blocks, images, at_once).run();
}

std::int64_t count_core_mvms(const Schedule& schedule) {
  std::map<int, std::vector<Span>> spans;
  for (const Step& step : schedule.steps) {
    auto& core = spans[step.core];
    const std::int64_t first = step.start % schedule.interval;
    const std::int64_t last = first + step.products, wrapped = last - schedule.interval;
    core.push_back({first, std::min(last, schedule.interval)});
    if (wrapped > 0) core.push_back({0, wrapped});
  }
  std::int64_t ticks = 0;
  for (auto& [core, own] : spans) ticks += covered(own);
  return ticks;
}

}  // namespace mho
