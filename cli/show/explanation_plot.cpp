// SPDX-License-Identifier: Apache-2.0
#include "cli/show/explanation_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/show/score_text.hpp"
#include "cli/show/svg_page.hpp"
#include "core/data/metric.hpp"

namespace mho {
namespace {

// Page measures in pixels.
constexpr double names_end = 190, bars_end = 700, page_width = 760, top = 64, row = 22, bar = 8;

constexpr const char* style =
    ".off, .layer { fill: #2f6db5; } .alone { fill: #e08e35; } .error { stroke: #1c2430; }";
constexpr const char* dark_style = ".error { stroke: #e8edf3; }";

struct Bar {
  std::string kind;  ///< class of its colour
  double points = 0, error = 0;
  std::string label;
};
struct Row {
  std::string name;
  std::vector<Bar> bars;
};

Bar bar_of(const char* kind, const Metric& metric, const Change& change, double sign = 1) {
  const double points = sign * metric.points(change.gain);
  const int digits = metric.scale > 1 ? 1 : 3;
  const double unit = std::pow(10, digits), rounded = std::round(unit * points) / unit + 0.0;  // no -0.0
  return {kind, points, metric.points(change.error), fmt::format("{:.{}f}", rounded, digits)};
}

std::vector<Row> rows_of(const Explanation& e) {
  const auto& metric = metric_of(e.metric);
  std::vector<Row> rows;
  for (const auto& cost : e.effects)
    rows.push_back(
        {title_of(cost.effect), {bar_of("off", metric, cost.off), bar_of("alone", metric, cost.alone, -1)}});
  for (const auto& layer : e.layers)
    rows.push_back({layer.errors.name + " digital", {bar_of("layer", metric, layer.digital)}});
  return rows;
}

/// Points to pixels.
class Scale {
 public:
  explicit Scale(const std::vector<Row>& rows) {
    for (const auto& r : rows)
      for (const auto& b : r.bars) {
        low_ = std::min(low_, b.points - b.error);
        high_ = std::max(high_, b.points + b.error);
      }
  }
  double operator()(double points) const {
    return names_end + 10 + (points - low_) / (high_ - low_) * (bars_end - names_end - 10);
  }

 private:
  double low_ = 0, high_ = 1;
};

std::string draw(const Bar& b, double y, const Scale& x) {
  const double from = std::min(x(0), x(b.points)), to = std::max(x(0), x(b.points));
  return fmt::format(
      R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"/><line class="error" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/><text x="{:.1f}" y="{:.1f}">{}</text>)"
      "\n",
      b.kind, from, y, to - from, bar, x(b.points - b.error), x(b.points + b.error), y + bar / 2, y + bar / 2,
      x(std::max(0.0, b.points + b.error)) + 5, y + bar, b.label);
}

}  // namespace

std::string explanation_svg(const ExplainedCase& explained) {
  const auto& e = explained.explanation;
  const auto rows = rows_of(e);
  const Scale x(rows);
  const double height = top + row * static_cast<double>(rows.size()) + 16;
  const auto& metric = metric_of(e.metric);
  std::string svg =
      begin_svg({page_width, height, style, dark_style,
                 fmt::format("{}: {} in digital, {} after {}", explained.network, metric.shown(e.digital, 1),
                             metric.shown(e.chip.mean, 1), time_name(e.time_s))});
  svg += fmt::format(
      R"(<text x="16" y="46">{} given back when switched off or kept digital (blue), lost alone (orange); bars: standard error</text>
<line class="axis" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>
)",
      metric.difference[0] ? metric.difference : "what is", x(0), x(0), top - 8, height - 10);
  double y = top;
  for (const auto& r : rows) {
    svg += fmt::format("<text class=\"end\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", names_end, y + 12,
                       escaped_svg(r.name));
    double at = r.bars.size() > 1 ? y : y + bar / 2;
    for (const auto& b : r.bars) {
      svg += draw(b, at, x);
      at += bar + 1;
    }
    y += row;
  }
  return svg + "</svg>\n";
}

}  // namespace mho
