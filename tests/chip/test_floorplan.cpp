// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/floorplan.hpp"

#include <regex>
#include <set>

#include "core/chip/export/layer_colours.hpp"
#include "core/chip/mapping/links.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

std::string drawn(const Architecture& net, const ChipConfig& chip = {}) {
  const auto mapping = map_onto_chip(net, chip).mapping;
  REQUIRE(mapping.has_value());
  return draw_floorplan(net, chip, *mapping);
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Whether every element is closed, in order.
bool is_balanced(const std::string& svg) {
  std::vector<std::string> open;
  for (size_t at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
    const size_t end = svg.find('>', at);
    if (end == std::string::npos) return false;
    if (svg[end - 1] == '/') continue;
    const bool closing = svg[at + 1] == '/';
    const size_t name_at = at + (closing ? 2 : 1);
    const std::string name = svg.substr(name_at, svg.find_first_of(" >", name_at) - name_at);
    if (!closing) {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
  return open.empty();
}

}  // namespace

TEST_CASE("a floorplan shows every core, block and layer, in light and in dark") {
  const Architecture net = builtin("resnet8");
  const ChipConfig chip;
  const auto mapping = map_onto_chip(net, chip).mapping;
  REQUIRE(mapping.has_value());
  const std::string svg = draw_floorplan(net, chip, *mapping);
  CHECK(count(svg, "class=\"idle\"") == 62);
  CHECK(count(svg, "class=\"core\"") == 2);
  const int layers = 10;
  CHECK(count(svg, "class=\"block\"") == static_cast<int>(mapping->blocks.size()) + layers);
  for (const Block& block : mapping->blocks)
    CHECK_THAT(svg, ContainsSubstring(net.nodes()[static_cast<size_t>(block.node)].name));
  CHECK_THAT(
      svg, ContainsSubstring("resnet8") && ContainsSubstring("2 of 64 cores") && ContainsSubstring("4,481"));
  CHECK_THAT(svg, ContainsSubstring("prefers-color-scheme: dark"));
  CHECK(is_balanced(svg));
  CHECK(svg == draw_floorplan(net, chip, *mapping));
}

TEST_CASE("traffic is drawn only where cores talk") {
  CHECK(count(drawn(builtin("ds_cnn")), "class=\"link\"") == 0);
  CHECK(count(drawn(builtin("resnet9")), "class=\"link\"") > 20);
}

TEST_CASE("traffic is drawn over the links that the chip has") {
  ChipConfig crossed, full;
  crossed.link_graph = LinkGraphKind::row_column;
  full.link_graph = LinkGraphKind::full;
  const Architecture net = builtin("resnet9");
  CHECK(count(drawn(net), "class=\"far\"") == 0);
  CHECK(count(drawn(net, crossed), "class=\"far\"") > 20);
  CHECK(is_balanced(drawn(net, crossed)));
  const std::string all = drawn(net, full);
  const auto links = find_links(net, full, map_onto_chip(net, full).mapping->blocks);
  std::set<std::pair<int, int>> ends;
  for (const Link& link : links)
    if (link.from_core != off_chip && link.to_core != off_chip) ends.insert({link.from_core, link.to_core});
  CHECK(count(all, "an image</title></path>") == static_cast<int>(ends.size()));  // one a pair of cores
}

TEST_CASE("an arrow is as wide as its traffic asks for") {
  const std::string svg = drawn(builtin("resnet9"));
  // The neck's end is at half the width from the arrow's axis: "M... <-w/2>H".
  const std::regex arrow(
      "class=\"link\" [^>]* d=\"M-?[0-9.]+ -([0-9.]+)H[^>]*><title>core [^:]*: ([0-9.]+) (k|M)bit");
  std::vector<std::pair<double, double>> arrows;  // bits, half the width
  for (std::sregex_iterator at(svg.begin(), svg.end(), arrow), end; at != end; ++at)
    arrows.emplace_back(std::stod((*at)[2]) * ((*at)[3] == "k" ? 1e3 : 1e6), std::stod((*at)[1]));
  REQUIRE(arrows.size() > 20);
  const auto [least, most] = std::ranges::minmax(arrows);
  for (const auto& [bits, half] : arrows)  // bits have three digits in the title
    CHECK(half == Approx((1 + 11 * bits / most.first) / 2).margin(0.06));
  CHECK(most.second == 6);
  CHECK(most.second > 6 * least.second);
}

TEST_CASE(
    "a block's number leaves room on both sides, stands on its side in a narrow block, or is left out") {
  // The chain's eleventh layer is tall and narrow, and its number has two digits.
  std::vector<int> widths;
  for (int layer = 0; layer < 12; ++layer) widths.push_back(layer % 2 == 0 ? 32 : 220);
  const std::string svg = drawn(builtin("mobilenet_v1_025")) + drawn(dense_chain("chain", 220, widths));
  const std::regex block(
      "class=\"block\" [^>]*width=\"([0-9.]+)\" height=\"([0-9.]+)\"[^>]*><title>[^<]*</title></rect>\n"
      "(?:<text class=\"number\" x[^>]*font-size=\"([0-9.]+)\"( transform)?[^>]*>([0-9]+)<)?");
  int upright = 0, turned = 0, without = 0;
  for (std::sregex_iterator at(svg.begin(), svg.end(), block), end; at != end; ++at) {
    if (!(*at)[3].matched) {
      ++without;
      continue;
    }
    const bool is_turned = (*at)[4].matched;
    ++(is_turned ? turned : upright);
    const double width = std::stod((*at)[1]), height = std::stod((*at)[2]), size = std::stod((*at)[3]);
    const double text = 0.62 * size * static_cast<double>((*at)[5].length());
    CHECK(text <= 0.75 * (is_turned ? height : width));
    CHECK(size <= (is_turned ? width : height));
  }
  CHECK(upright > 0);
  CHECK(turned > 0);
  CHECK(without > 0);
}

TEST_CASE("names cannot break the page") {
  const Architecture net = dense_chain("a<b>&\"c\"", 4, {2});
  const std::string svg = drawn(net);
  CHECK_THAT(svg, ContainsSubstring("a&lt;b&gt;&amp;&quot;c&quot;"));
  CHECK(is_balanced(svg));
}

TEST_CASE("chips of other shapes are drawn too") {
  const Architecture net = dense_chain("tall", 8, {8, 8});
  CHECK(is_balanced(drawn(net, small_chip(1, 2, 8))));
  CHECK(is_balanced(drawn(net, small_chip(12, 1, 8))));
  CHECK(is_balanced(drawn(dense_chain("deep", 2, std::vector<int>(80, 2)), small_chip(4, 4, 8))));
}

TEST_CASE("layers have colours of their own") {
  std::set<std::string> colours;
  for (int i = 0; i < 60; ++i) colours.insert(layer_colour(i, 60));
  CHECK(colours.size() == 60);
  for (const std::string& colour : colours) CHECK(colour.size() == 7);
  CHECK(layer_colour(0, 1).front() == '#');
}

}  // namespace mho
