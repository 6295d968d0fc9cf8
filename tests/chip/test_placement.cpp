// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/placement.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "core/base/random.hpp"
#include "core/chip/mapping/cost.hpp"
#include "core/chip/mapping/tiling.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

std::vector<Link> random_links(Random& random, int bins, int count) {
  std::vector<Link> links;
  for (int i = 0; i < count; ++i) {
    const int from = random.integer(0, bins - 1), to = random.integer(0, bins - 1);
    if (from != to) links.push_back({0, LinkKind::activation, from, to, random.integer(1, 1000), 0});
  }
  links.push_back({0, LinkKind::activation, off_chip, 0, 100'000, 0});
  return links;
}

/// Every choice of cores, one after the other.
std::int64_t exhaustive_best(const Traffic& traffic, const LinkGraph& graph, int cores) {
  std::vector<int> order(static_cast<size_t>(cores));
  std::iota(order.begin(), order.end(), 0);
  std::int64_t best = -1;
  do {
    const Sites sites(order.begin(), order.begin() + traffic.bins());
    const std::int64_t cost = bit_hops(traffic, graph, sites);
    if (best < 0 || cost < best) best = cost;
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

void check_sites(const Sites& sites, int bins, const ChipConfig& chip) {
  CHECK(std::ssize(sites) == bins);
  CHECK(std::ssize(std::set<int>(sites.begin(), sites.end())) == bins);
  for (const int site : sites) CHECK((site >= 0 && site < chip.cores()));
}

}  // namespace

TEST_CASE("branch and bound finds what an exhaustive search finds") {
  struct Instance {
    int rows, columns, bins;
    LinkGraphKind graph;
  };
  Random random(RandomKey(21));
  for (const Instance& at :
       {Instance{2, 3, 4, LinkGraphKind::mesh}, Instance{2, 4, 6, LinkGraphKind::mesh},
        Instance{2, 4, 8, LinkGraphKind::mesh}, Instance{2, 4, 5, LinkGraphKind::row_column},
        Instance{1, 7, 7, LinkGraphKind::mesh}}) {
    ChipConfig chip = small_chip(at.rows, at.columns, 8);
    chip.link_graph = at.graph;
    const LinkGraph graph(chip);
    const Traffic traffic(random_links(random, at.bins, 3 * at.bins), at.bins);
    const Sites start = zig_zag_sites(chip, at.bins);
    const auto sites = optimal_sites(traffic, graph, chip, start, 10'000'000);
    REQUIRE(sites.has_value());
    check_sites(*sites, at.bins, chip);
    const std::int64_t best = exhaustive_best(traffic, graph, chip.cores());
    CHECK(bit_hops(traffic, graph, *sites) == best);
    // Annealing has no proof, but these are small enough for it too.
    CHECK(bit_hops(traffic, graph, annealed_sites(traffic, graph, chip, start, 1, 20'000)) == best);
  }
}

TEST_CASE("an exact search that runs out of branches says so") {
  const ChipConfig chip = small_chip(4, 4, 8);
  Random random(RandomKey(22));
  const Traffic traffic(random_links(random, 12, 60), 12);
  CHECK(!optimal_sites(traffic, LinkGraph(chip), chip, zig_zag_sites(chip, 12), 10).has_value());
}

TEST_CASE("annealing gives a choice of different cores, no worse than its start, the same for a seed") {
  const ChipConfig chip = small_chip(5, 5, 8);
  const LinkGraph graph(chip);
  Random random(RandomKey(23));
  for (const int bins : {1, 7, 24, 25}) {
    const Traffic traffic(random_links(random, bins, 4 * bins), bins);
    const Sites start = random_sites(chip, bins, 3);
    check_sites(start, bins, chip);
    const Sites sites = annealed_sites(traffic, graph, chip, start, 7, 3000);
    check_sites(sites, bins, chip);
    CHECK(bit_hops(traffic, graph, sites) <= bit_hops(traffic, graph, start));
    CHECK(sites == annealed_sites(traffic, graph, chip, start, 7, 3000));
    CHECK(annealed_sites(traffic, graph, chip, sites, 8, 0).size() == sites.size());
  }
}

TEST_CASE("a ring of traffic lies around a square") {
  const ChipConfig chip = small_chip(3, 3, 8);
  std::vector<Link> ring;
  for (int i = 0; i < 4; ++i) ring.push_back({0, LinkKind::activation, i, (i + 1) % 4, 10, 0});
  const Traffic traffic(ring, 4);
  const auto sites = optimal_sites(traffic, LinkGraph(chip), chip, zig_zag_sites(chip, 4), 100'000);
  REQUIRE(sites.has_value());
  CHECK(bit_hops(traffic, LinkGraph(chip), *sites) == 40);
}

TEST_CASE("zig-zag goes along the rows, back and forth") {
  CHECK(zig_zag_sites(small_chip(2, 3, 8), 5) == Sites{0, 1, 2, 5, 4});
}

TEST_CASE("a mapping's bit-hops are those of its links, and full mode saves 40 % on ResNet-32") {
  const Architecture net = builtin("resnet32");
  for (const auto graph_name : {LinkGraphKind::mesh, LinkGraphKind::row_column}) {
    ChipConfig chip;
    chip.link_graph = graph_name;
    std::int64_t found[2];
    for (const auto mode : {MappingMode::fast, MappingMode::full}) {
      MappingConfig config;
      config.placement_moves = 20'000;
      const auto mapping = map_onto_chip(net, chip, config, mode).mapping;
      REQUIRE(mapping.has_value());
      const LinkGraph graph(chip);
      std::int64_t sum = 0;
      for (const Link& link : find_links(net, chip, mapping->blocks))
        sum += link.bits * graph.hops(link.from_core, link.to_core);
      CHECK(mapping->cost.bit_hops == sum);
      found[mode == MappingMode::full ? 1 : 0] = sum;
    }
    CHECK(found[1] <= found[0]);
    if (graph_name == LinkGraphKind::mesh)
      CHECK(static_cast<double>(found[1]) <= 0.6 * static_cast<double>(found[0]));
  }
}

}  // namespace mho
