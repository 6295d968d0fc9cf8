// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/floorplan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "core/base/quantity.hpp"
#include "core/chip/export/layer_colours.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {
namespace {

// Page measures in pixels.
constexpr double margin = 40, header = 104, grid_extent = 912, core_label = 16, core_gap = 18;
constexpr double legend_gap = 20, legend_row = 23, legend_width = 260, smallest_height = 320;
constexpr double lane = 7, thinnest = 1,
                 widest = 12;           // of the traffic arrows: distance from the middle, widths
constexpr double beside_labels = 0.41;  // of a core's width: between its number and its use
constexpr double long_bend = 0.12;      // of a link between cores apart, of its length

constexpr const char* style = R"(<style>
  text { font-family: Inter, "Helvetica Neue", "Segoe UI", Arial, "DejaVu Sans", sans-serif; fill: #1c2430; }
  .page { fill: #ffffff; }
  .name { font-size: 28px; font-weight: 700; letter-spacing: -0.3px; }
  .cost, .legend { font-size: 14px; }
  .cost, .faint { fill: #5d6b7c; }
  .small { font-size: 11px; }
  .core { fill: #f1f4f7; stroke: #c5ced8; stroke-width: 1; }
  .idle { fill: #f8fafb; stroke: #e3e8ed; stroke-width: 1; }
  .idle-text { fill: #b4bfca; }
  .block { stroke: #ffffff; stroke-width: 0.75; }
  .number { fill: #10151c; text-anchor: middle; dominant-baseline: central; }
  .link { fill: #5f6f82; }
  .far { fill: none; stroke: #5f6f82; stroke-opacity: 0.35; stroke-linecap: round; }
  .end { text-anchor: end; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf3; }
    .page { fill: #0f1319; }
    .cost, .faint { fill: #93a1b1; }
    .core { fill: #1a212b; stroke: #3b4756; }
    .idle { fill: #131922; stroke: #222b36; }
    .idle-text { fill: #455264; }
    .block { stroke: #0f1319; }
    .number { fill: #0b0e13; }
    .link { fill: #a9b7c6; }
    .far { stroke: #a9b7c6; }
  }
</style>
)";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

struct Point {
  double x, y;
};

class Floorplan {
 public:
  Floorplan(const Architecture& architecture, const ChipConfig& chip, const Mapping& mapping)
      : architecture_(architecture), chip_(chip), mapping_(mapping) {
    pitch_ = grid_extent / std::max(chip.grid_rows, chip.grid_columns);
    // The crossbar's longer side spans the square that a grid cell leaves beside its gap and label.
    const double square = std::max(pitch_ - core_gap - core_label, pitch_ / 2);
    scale_ = square / std::max(chip.crossbar_rows, chip.crossbar_columns);
    for (const Block& block : mapping.blocks) layer_numbers_.try_emplace(block.node, layer_numbers_.size());
  }

  std::string draw() {
    const double grid_width = pitch_ * chip_.grid_columns;
    const double height = std::max(pitch_ * chip_.grid_rows, smallest_height);
    const int rows =
        static_cast<int>((height - core_label) / legend_row) - 4;  // four for the traffic's own entries
    const int legend_columns = std::max(1, (static_cast<int>(layer_numbers_.size()) + rows - 1) / rows);
    add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" role=\"img\" aria-label=\"{2} on {3}\">\n",
        2 * margin + grid_width + legend_gap + legend_width * legend_columns, header + height + margin / 2,
        escaped(architecture_.name()), escaped(chip_.name));
    svg_ += style;
    add("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    draw_header();
    draw_cores();
    for (const Block& block : mapping_.blocks) draw_block(block);
    draw_traffic();
    draw_legend(margin + grid_width + legend_gap, rows);
    svg_ += "</svg>\n";
    return std::move(svg_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Values>(values)...);
  }

  const std::string& layer_name_of(int node) const {
    return architecture_.nodes()[static_cast<size_t>(node)].name;
  }
  double core_width() const { return scale_ * chip_.crossbar_columns; }
  double core_height() const { return scale_ * chip_.crossbar_rows; }
  Point corner(int core) const {
    return {margin + pitch_ * (core % chip_.grid_columns),
            header + core_label + pitch_ * (core / chip_.grid_columns)};
  }
  Point centre(int core) const {
    const Point at = corner(core);
    return {at.x + core_width() / 2, at.y + core_height() / 2};
  }

  void draw_header() {
    const Cost& cost = mapping_.cost;
    add("<text class=\"name\" x=\"{}\" y=\"46\">{} <tspan class=\"faint\" font-weight=\"400\">on "
        "{}</tspan></text>\n",
        margin, escaped(architecture_.name()), escaped(chip_.name));
    add("<text class=\"cost\" x=\"{}\" y=\"74\">{} of {} cores, {} of their cells used  ·  {} core products  "
        "·  {}  ·  "
        "{} images/s  ·  {} to {} an image  ·  {:.2f} TOPS/W</text>\n",
        margin, cost.cores, chip_.cores(), format_percent(cost.utilisation), format_count(cost.core_mvms),
        format_quantity(cost.latency_s, "s"), format_count(std::llround(cost.throughput_hz)),
        format_quantity(cost.energy_low_j, "J"), format_quantity(cost.energy_high_j, "J"),
        cost.effective_tops_per_watt);
  }

  void draw_cores() {
    std::map<int, std::int64_t> used;
    for (const Block& block : mapping_.blocks)
      used[block.core] += std::int64_t{1} * block.extent.rows * block.extent.columns;
    const double cells = 1.0 * chip_.crossbar_rows * chip_.crossbar_columns;
    for (int core = 0; core < chip_.cores(); ++core) {
      const Point at = corner(core);
      const bool idle = !used.contains(core);
      add("<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" rx=\"2\"/>\n",
          idle ? "idle" : "core", at.x - 1, at.y - 1, core_width() + 2, core_height() + 2);
      add("<text class=\"small {}\" x=\"{:.2f}\" y=\"{:.2f}\">{}</text>\n", idle ? "idle-text" : "faint",
          at.x, at.y - 5, core);
      if (!idle)
        add("<text class=\"small end\" x=\"{:.2f}\" y=\"{:.2f}\">{:.0f} %</text>\n", at.x + core_width(),
            at.y - 5, 100 * static_cast<double>(used[core]) / cells);
    }
  }

  void draw_block(const Block& block) {
    const Point at = corner(block.core);
    const double x = at.x + scale_ * block.core_column, y = at.y + scale_ * block.core_row;
    const double width = scale_ * block.extent.columns, height = scale_ * block.extent.rows;
    const int number = static_cast<int>(layer_numbers_.at(block.node));
    const TileExtent& extent = block.extent;
    add("<rect class=\"block\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
        "fill=\"{}\"><title>{}: "
        "rows {}-{}, columns {}-{}</title></rect>\n",
        x, y, width, height, layer_colour(number, static_cast<int>(layer_numbers_.size())),
        escaped(layer_name_of(block.node)), extent.row, extent.row + extent.rows - 1, extent.column,
        extent.column + extent.columns - 1);
    draw_number({x + width / 2, y + height / 2}, width, height, number + 1);
  }

  /// A block's number with room around it; in a narrow block it stands on its side, and in a small one there
  /// is none.
  void draw_number(Point middle, double width, double height, int number) {
    constexpr double smallest = 6.5, room = 0.7, digit = 0.62;  // a digit's width, of the font's size
    const auto largest = [&](double along, double across) {
      return std::min({11.0, across - 1, room * along / (digit * (number < 10 ? 1 : 2))});
    };
    const double upright = largest(width, height), sideways = largest(height, width);
    const bool turned = upright < smallest && sideways >= smallest;
    const double size = turned ? sideways : upright;
    if (size < smallest) return;
    add("<text class=\"number\" x=\"{0:.2f}\" y=\"{1:.2f}\" font-size=\"{2:.1f}\"{3}>{4}</text>\n", middle.x,
        middle.y, size,
        turned ? fmt::format(" transform=\"rotate(90 {:.2f} {:.2f})\"", middle.x, middle.y) : "", number);
  }

  /// Bits of one image over each link, from one of its cores to the other: transfers take the paths of the
  /// chip's own link graph.
  std::map<std::pair<int, int>, std::int64_t> link_traffic() const {
    std::map<std::pair<int, int>, std::int64_t> traffic;
    const LinkGraph graph(chip_);
    for (const Link& link : find_links(architecture_, chip_, mapping_.blocks)) {
      if (link.from_core == off_chip || link.to_core == off_chip) continue;
      const std::vector<int> path = graph.path(link.from_core, link.to_core);
      for (size_t i = 1; i < path.size(); ++i) traffic[{path[i - 1], path[i]}] += link.bits;
    }
    return traffic;
  }

  bool are_neighbours(int a, int b) const {
    return std::abs(a / chip_.grid_columns - b / chip_.grid_columns) +
               std::abs(a % chip_.grid_columns - b % chip_.grid_columns) ==
           1;
  }

  void draw_traffic() {
    const auto traffic = link_traffic();
    for (const auto& [ends, bits] : traffic) most_bits_ = std::max(most_bits_, bits);
    for (const bool neighbours : {false, true})  // the short links on top
      for (const auto& [ends, bits] : traffic) {
        if (are_neighbours(ends.first, ends.second) != neighbours) continue;
        const double width = arrow_width(static_cast<double>(bits) / static_cast<double>(most_bits_));
        const std::string title = fmt::format("core {} to core {}: {} an image", ends.first, ends.second,
                                              format_quantity(static_cast<double>(bits), "bit"));
        neighbours ? draw_short_link(ends.first, ends.second, width, title)
                   : draw_long_link(ends.first, ends.second, width, title);
      }
  }

  /// Of a link that carries that part of the busiest one's traffic.
  static double arrow_width(double part) { return thinnest + (widest - thinnest) * part; }

  /// An arrow in the gap between neighbours.
  void draw_short_link(int from_core, int to_core, double width, const std::string& title) {
    const bool across = from_core / chip_.grid_columns == to_core / chip_.grid_columns;
    const Point from = corner(from_core), to = corner(to_core);
    const double sign = to.x + to.y > from.x + from.y ? 1 : -1;
    // Two lanes: rightwards above leftwards, downwards right of upwards.
    const Point middle =
        across
            ? Point{(from.x + to.x + core_width()) / 2, from.y + core_height() / 2 - sign * lane}
            : Point{from.x + core_width() * beside_labels + sign * lane, (from.y + to.y + core_height()) / 2};
    const double length = pitch_ - (across ? core_width() : core_height()) - 8;
    draw_arrow(middle, length, width, across ? (sign > 0 ? 0 : 180) : (sign > 0 ? 90 : 270), title);
  }

  /// A curve from centre to centre, half as wide as arrows because it crosses other cores, bent to its right
  /// so that the two directions lie apart; a dot ends it.
  void draw_long_link(int from_core, int to_core, double width, const std::string& title) {
    const Point from = centre(from_core), to = centre(to_core);
    const Point bend{(from.x + to.x) / 2 - long_bend * (to.y - from.y),
                     (from.y + to.y) / 2 + long_bend * (to.x - from.x)};
    add("<path class=\"far\" stroke-width=\"{:.2f}\" d=\"M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} "
        "{:.1f}\"><title>{}</title></path>\n",
        width / 2, from.x, from.y, bend.x, bend.y, to.x, to.y, title);
    add("<circle class=\"link\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.2f}\"/>\n", to.x, to.y, width / 2 + 1);
  }

  void draw_arrow(Point middle, double length, double width, int angle, const std::string& title) {
    const double head = width / 2 + 3, tip = length / 2, neck = tip - std::min(head + 1, length / 2);
    add("<path class=\"link\" transform=\"translate({:.1f} {:.1f}) rotate({})\" d=\"M{:.1f} "
        "{:.2f}H{:.1f}V{:.2f}L{:.1f} "
        "0L{:.1f} {:.2f}V{:.2f}H{:.1f}z\"><title>{}</title></path>\n",
        middle.x, middle.y, angle, -tip, -width / 2, neck, -head, tip, neck, head, width / 2, -tip, title);
  }

  void draw_legend(double left, int rows) {
    const double top = header + core_label;
    add("<text class=\"small faint\" x=\"{:.1f}\" y=\"{:.1f}\">LAYERS (MATRIX ROWS × COLUMNS)</text>\n", left,
        top - 5);
    int drawn = 0;
    for (const auto& [node, number] : layer_numbers_) {
      const double x = left + legend_width * (drawn / rows), y = top + 4 + legend_row * (drawn % rows);
      const MatrixShape matrix = matrix_shape(architecture_, node);
      add("<rect class=\"block\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"26\" height=\"17\" rx=\"2\" "
          "fill=\"{}\"/>\n",
          x, y, layer_colour(static_cast<int>(number), static_cast<int>(layer_numbers_.size())));
      add("<text class=\"number small\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 13, y + 9, number + 1);
      add("<text class=\"legend\" x=\"{:.1f}\" y=\"{:.1f}\">{} <tspan class=\"faint small\">{} × "
          "{}</tspan></text>\n",
          x + 35, y + 13.5, escaped(layer_name_of(node)), matrix.rows, matrix.columns);
      ++drawn;
    }
    draw_link_legend(left, top + 4 + legend_row * (std::min(drawn, rows) + 0.6));
  }

  /// Arrows of the widths of all, a third and a thirtieth of the busiest link's bits.
  void draw_link_legend(double left, double y) {
    if (most_bits_ == 0) return;
    add("<text class=\"small faint\" x=\"{:.1f}\" y=\"{:.1f}\">BITS AN IMAGE OVER THE LINKS ({})</text>\n",
        left, y + 4, escaped(word_of(chip_.link_graph)));
    for (const double part : {1.0, 1.0 / 3, 1.0 / 30}) {
      y += legend_row;
      draw_arrow({left + 13, y}, 26, arrow_width(part), 0, "traffic");
      add("<text class=\"small faint\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left + 35, y + 4,
          format_quantity(part * static_cast<double>(most_bits_), "bit"));
    }
  }

  const Architecture& architecture_;
  const ChipConfig& chip_;
  const Mapping& mapping_;
  double pitch_ = 0, scale_ = 0;
  std::int64_t most_bits_ = 0;           ///< over one step of the grid
  std::map<int, size_t> layer_numbers_;  ///< of each crossbar layer, in node order
  std::string svg_;
};

}  // namespace

std::string draw_floorplan(const Architecture& architecture, const ChipConfig& chip, const Mapping& mapping) {
  return Floorplan(architecture, chip, mapping).draw();
}

}  // namespace mho
