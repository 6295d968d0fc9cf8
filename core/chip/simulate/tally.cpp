// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/base/error.hpp"
#include "core/chip/mapping/cost.hpp"

namespace mho {

Tally::Tally(const ExportedChip& chip, const Timeline& timeline)
    : chip_(chip),
      timeline_(timeline),
      begun_(chip.network.architecture.nodes().size()),
      done_(chip.network.architecture.nodes().size()) {
  if (timeline.interval < 1 || timeline.interval > std::int64_t{1} << 31)
    throw DataError(fmt::format("{}: expected an interval from 1 to 2^31 ticks, found {}",
                                chip_.file("schedule.json"), timeline.interval));
}

void Tally::fire(const Step& step) {
  std::vector<bool>& ticks = fired_[step.core];
  ticks.resize(static_cast<size_t>(timeline_.interval), false);
  for (std::int64_t tick = step.start; tick < step.finish; ++tick) {
    std::vector<bool>::reference busy = ticks[static_cast<size_t>(tick % timeline_.interval)];
    if (busy && !chip_.products_shared)
      throw DataError(
          fmt::format("{}: expected one product a tick, found core {} doing two at tick {} of every {}",
                      chip_.file("schedule.json"), step.core, tick % timeline_.interval, timeline_.interval));
    busy = true;
  }
}

void Tally::send(int node, LinkKind kind, int from, int to, std::int64_t numbers) {
  if (from == to) return;
  const bool partial = kind == LinkKind::partial_sum;
  bits_[{node, kind, from, to}] +=
      numbers * (partial ? chip_.chip.partial_sum_bits : chip_.chip.activation_bits);
}

void Tally::finish(int node, std::int64_t begun, std::int64_t done) {
  begun_[static_cast<size_t>(node)] = begun;
  done_[static_cast<size_t>(node)] = done;
}

void Tally::read_waiting(int source, int reader) {
  if (source > 0) readers_[source].push_back(reader);  // the image itself is not counted
}

void Tally::check_links() const {
  std::map<LinkKey, std::int64_t> listed;
  for (const ExportedLink& entry : chip_.links) {
    const Link& link = entry.link;
    listed[{link.node, link.kind, link.from_core, link.to_core}] += link.bits;
  }
  if (listed == bits_) return;
  const auto name = [this](const LinkKey& key) {
    const Node& node = chip_.network.architecture.nodes()[static_cast<size_t>(std::get<0>(key))];
    return fmt::format("layer '{}': {} from core {} to core {}", node.name, to_string(std::get<1>(key)),
                       std::get<2>(key), std::get<3>(key));
  };
  for (const auto& [key, bits] : bits_)
    if (!listed.contains(key) || listed.at(key) != bits)
      throw DataError(fmt::format("{}: {}: expected {} bits an image, found {}", chip_.file("links.json"),
                                  name(key), bits, listed.contains(key) ? listed.at(key) : 0));
  for (const auto& [key, bits] : listed)
    if (!bits_.contains(key))
      throw DataError(fmt::format("{}: {}: found {} bits an image that nothing sends",
                                  chip_.file("links.json"), name(key), bits));
}

void Tally::count_waiting_bits(Cost& cost) const {
  const auto& nodes = chip_.network.architecture.nodes();
  for (const auto& [source, readers] : readers_) {
    const std::int64_t bits = nodes[static_cast<size_t>(source)].shape.size() * chip_.chip.activation_bits;
    std::int64_t last_read = 0;
    for (const int reader : readers) last_read = std::max(last_read, done_[static_cast<size_t>(reader)]);
    const std::int64_t ticks = last_read - begun_[static_cast<size_t>(source)];
    cost.buffer_bits += bits * (1 + std::ssize(readers));
    cost.buffered_bits +=
        bits * std::max<std::int64_t>(1, (ticks + timeline_.interval - 1) / timeline_.interval);
  }
}

Cost Tally::cost() const {
  Cost cost;
  const double tick_s = chip_.chip.product_time_s();
  cost.cores = static_cast<int>(fired_.size());
  for (const auto& [core, ticks] : fired_) {
    const auto fired = static_cast<std::int64_t>(std::count(ticks.begin(), ticks.end(), true));
    cost.core_mvms += fired;
    cost.interval = std::max(cost.interval, fired);
  }
  for (const std::int64_t done : done_) cost.fill = std::max(cost.fill, done);
  cost.latency_s = static_cast<double>(cost.fill) * tick_s;
  cost.throughput_hz = cost.interval > 0 ? 1.0 / (static_cast<double>(cost.interval) * tick_s) : 0;
  cost.digital_macs = digital_macs_;
  const LinkGraph graph(chip_.chip);
  for (const auto& [key, bits] : bits_)
    cost.bit_hops += bits * graph.hops(std::get<2>(key), std::get<3>(key));
  count_waiting_bits(cost);
  count_energy(chip_.chip, cost);
  return cost;
}

}  // namespace mho
