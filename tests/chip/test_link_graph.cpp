// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/link_graph.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

ChipConfig chip_with(LinkGraphKind graph, int rows = 8, int columns = 8) {
  ChipConfig chip = small_chip(rows, columns, 8);
  chip.link_graph = graph;
  return chip;
}

ChipConfig listed(int rows, int columns, const std::vector<int>& ends) {
  ChipConfig chip = chip_with(LinkGraphKind::list, rows, columns);
  chip.link_ends = ends;
  return chip;
}

std::string error_of(const ChipConfig& chip) {
  return message_of<ConfigError>([&] { LinkGraph{chip}; });
}

}  // namespace

TEST_CASE("hops on a mesh are Manhattan distances") {
  const LinkGraph graph{chip_with(LinkGraphKind::mesh)};
  CHECK(graph.hops(0, 0) == 0);
  CHECK(graph.hops(0, 63) == 14);
  CHECK(graph.hops(8, 1) == 2);
  CHECK(graph.hops(7, 8) == 8);
  CHECK(graph.links().size() == 2 * 8 * 7);
}

TEST_CASE("a path has as many hops as the graph says, each over a link") {
  ChipConfig ring = listed(1, 5, {0, 1, 1, 2, 2, 3, 3, 4, 4, 0});
  for (const ChipConfig& chip : {chip_with(LinkGraphKind::mesh), chip_with(LinkGraphKind::row_column),
                                 chip_with(LinkGraphKind::full), ring}) {
    const LinkGraph graph{chip};
    for (int from = 0; from < chip.cores(); ++from)
      for (int to = 0; to < chip.cores(); ++to) {
        const auto path = graph.path(from, to);
        REQUIRE(std::ssize(path) == graph.hops(from, to) + 1);
        CHECK((path.front() == from && path.back() == to));
        for (size_t i = 1; i < path.size(); ++i) CHECK(graph.hops(path[i - 1], path[i]) == 1);
      }
  }
  CHECK(LinkGraph{chip_with(LinkGraphKind::mesh)}.path(0, 9) == std::vector<int>{0, 1, 9});  // the row first
}

TEST_CASE("rows and columns linked through need two hops at most, a full graph one") {
  const LinkGraph crossed{chip_with(LinkGraphKind::row_column)}, full{chip_with(LinkGraphKind::full)};
  CHECK(crossed.hops(0, 7) == 1);
  CHECK(crossed.hops(0, 63) == 2);
  CHECK(full.hops(0, 63) == 1);
  CHECK(full.hops(5, 5) == 0);
  CHECK(crossed.links().size() == 64 * 14 / 2);
  CHECK(full.links().size() == 64 * 63 / 2);
}

TEST_CASE("the outside is no hop away") {
  const LinkGraph graph{chip_with(LinkGraphKind::mesh)};
  CHECK(graph.hops(off_chip, 63) == 0);
  CHECK(graph.hops(63, off_chip) == 0);
}

TEST_CASE("the closed forms are the shortest paths over the graph's own links") {
  for (const auto name : {LinkGraphKind::mesh, LinkGraphKind::row_column, LinkGraphKind::full})
    for (const auto& [rows, columns] : {std::pair(3, 5), std::pair(1, 4), std::pair(4, 1), std::pair(1, 1)}) {
      INFO(word_of(name) << " " << rows << "x" << columns);
      const LinkGraph graph{chip_with(name, rows, columns)};
      std::vector<int> ends;
      for (const auto& [low, high] : graph.links()) {
        ends.push_back(high);
        ends.push_back(low);
      }
      const LinkGraph same{listed(rows, columns, ends)};
      for (int a = 0; a < rows * columns; ++a)
        for (int b = 0; b < rows * columns; ++b) CHECK(graph.hops(a, b) == same.hops(a, b));
      CHECK(graph.links() == same.links());
    }
}

TEST_CASE("a listed ring goes the shorter way round, and a link counts once") {
  const LinkGraph ring{listed(1, 5, {0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0, 4})};
  CHECK(ring.hops(0, 4) == 1);
  CHECK(ring.hops(0, 3) == 2);
  CHECK(ring.links().size() == 5);
}

TEST_CASE("impossible links are told") {
  CHECK_THAT(error_of(listed(1, 4, {0, 1, 2, 3})), ContainsSubstring("got 2 that core 0 cannot reach: 2, 3"));
  CHECK_THAT(error_of(listed(4, 4, {})), ContainsSubstring("got 15") && ContainsSubstring(", ..."));
  CHECK_THAT(error_of(listed(1, 3, {0, 1, 2})), ContainsSubstring("two cores a link, got 3 numbers"));
  CHECK_THAT(error_of(listed(1, 3, {0, 3})), ContainsSubstring("from 0 to 2, got 0 and 3"));
  CHECK_THAT(error_of(listed(1, 3, {1, 1})), ContainsSubstring("two different cores"));
  ChipConfig both = chip_with(LinkGraphKind::mesh);
  both.link_ends = {0, 1};
  CHECK_THAT(error_of(both), ContainsSubstring("expected none beside link_graph = \"mesh\""));
}

}  // namespace mho
