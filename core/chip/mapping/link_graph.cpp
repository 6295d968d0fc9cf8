// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/link_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <cstdlib>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
constexpr std::uint16_t unreached = std::numeric_limits<std::uint16_t>::max();
constexpr int most_listed_cores = 4096;  // the table of hops has a row and a column a core

std::vector<std::pair<int, int>> pairs_of(const ChipConfig& chip) {
  const std::vector<int>& ends = chip.link_ends;
  if (ends.size() % 2 != 0)
    throw ConfigError(fmt::format("chip.link_ends: expected two cores a link, got {} numbers", ends.size()));
  std::vector<std::pair<int, int>> links;
  for (size_t i = 0; i < ends.size(); i += 2) {
    const auto [low, high] = std::minmax(ends[i], ends[i + 1]);
    if (low < 0 || high >= chip.cores() || low == high)
      throw ConfigError(
          fmt::format("chip.link_ends: expected two different cores from 0 to {}, got {} and {}",
                      chip.cores() - 1, ends[i], ends[i + 1]));
    links.emplace_back(low, high);
  }
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

void check_connected(const std::vector<std::uint16_t>& hops_from_0) {
  std::vector<std::string> apart;
  for (size_t core = 0; core < hops_from_0.size(); ++core)
    if (hops_from_0[core] == unreached) apart.push_back(std::to_string(core));
  if (apart.empty()) return;
  const size_t count = apart.size();
  if (count > 8) apart.resize(8);
  throw ConfigError(
      fmt::format("chip.link_ends: expected links that join all cores, got {} that core 0 cannot "
                  "reach: {}{}",
                  count, join(apart), count > 8 ? ", ..." : ""));
}

std::vector<std::uint16_t> find_hops(int cores, const std::vector<std::pair<int, int>>& links) {
  Graph graph(static_cast<size_t>(cores));
  for (const auto& [low, high] : links)
    boost::add_edge(static_cast<size_t>(low), static_cast<size_t>(high), graph);
  std::vector<std::uint16_t> table;
  for (size_t from = 0; from < static_cast<size_t>(cores); ++from) {
    std::vector<std::uint16_t> hops(static_cast<size_t>(cores), unreached);
    hops[from] = 0;
    boost::breadth_first_search(
        graph, from,
        boost::visitor(boost::make_bfs_visitor(boost::record_distances(hops.data(), boost::on_tree_edge()))));
    if (from == 0) check_connected(hops);
    table.insert(table.end(), hops.begin(), hops.end());
  }
  return table;
}

}  // namespace

LinkGraph::LinkGraph(const ChipConfig& chip)
    : kind_(chip.link_graph), cores_(chip.cores()), grid_columns_(chip.grid_columns) {
  if (kind_ != LinkGraphKind::list) {
    if (!chip.link_ends.empty())
      throw ConfigError(
          fmt::format("chip.link_ends: expected none beside link_graph = \"{}\", got {} numbers",
                      word_of(chip.link_graph), chip.link_ends.size()));
    return;
  }
  if (cores_ > most_listed_cores)
    throw ConfigError(fmt::format("chip.link_graph = \"list\": expected at most {} cores, got {}",
                                  most_listed_cores, cores_));
  listed_ = pairs_of(chip);
  table_ = find_hops(cores_, listed_);
}

// The named graphs have closed forms: a search tries thousands of networks, a table of hops for each costs
// more than mapping it.
int LinkGraph::distance(int from_core, int to_core) const {
  const int rows = std::abs(from_core / grid_columns_ - to_core / grid_columns_);
  const int columns = std::abs(from_core % grid_columns_ - to_core % grid_columns_);
  if (kind_ == LinkGraphKind::mesh) return rows + columns;
  if (kind_ == LinkGraphKind::row_column) return (rows > 0 ? 1 : 0) + (columns > 0 ? 1 : 0);
  return from_core == to_core ? 0 : 1;
}

int LinkGraph::hops(int from_core, int to_core) const {
  if (from_core == off_chip || to_core == off_chip) return 0;
  if (kind_ != LinkGraphKind::list) return distance(from_core, to_core);
  return table_[static_cast<size_t>(from_core) * static_cast<size_t>(cores_) + static_cast<size_t>(to_core)];
}

std::vector<int> LinkGraph::path(int from_core, int to_core) const {
  std::vector<int> path = {from_core};
  for (int at = from_core; at != to_core; at = path.back()) {
    int next = -1;
    for (int core = 0; core < cores_; ++core) {
      if (hops(at, core) != 1 || hops(core, to_core) != hops(at, to_core) - 1) continue;
      const bool in_row = core / grid_columns_ == at / grid_columns_;
      if (next < 0 || (in_row && next / grid_columns_ != at / grid_columns_)) next = core;
    }
    path.push_back(next);
  }
  return path;
}

std::vector<std::pair<int, int>> LinkGraph::links() const {
  if (kind_ == LinkGraphKind::list) return listed_;
  std::vector<std::pair<int, int>> links;
  for (int low = 0; low < cores_; ++low)
    for (int high = low + 1; high < cores_; ++high)
      if (distance(low, high) == 1) links.emplace_back(low, high);
  return links;
}

}  // namespace mho
