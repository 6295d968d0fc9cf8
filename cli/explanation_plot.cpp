// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/score_text.hpp"

namespace mho {
namespace {

// Page measures in pixels.
constexpr double names_end = 190, bars_end = 700, page_width = 760, top = 64, row = 22, bar = 8;

constexpr const char* style = R"(<style>
  text { font: 12px Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; fill: #1c2430; }
  .page { fill: #ffffff; } .name { font-size: 16px; font-weight: 700; } .end { text-anchor: end; }
  .off, .layer { fill: #2f6db5; } .alone { fill: #e08e35; } .error { stroke: #1c2430; } .axis { stroke: #c5ced8; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf3; } .page { fill: #0f1319; } .error { stroke: #e8edf3; } .axis { stroke: #3b4756; }
  }
</style>
)";

struct Bar {
  std::string kind;  ///< class of its colour
  double points = 0, error = 0;
};
struct Row {
  std::string name;
  std::vector<Bar> bars;
};

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return safe;
}

std::vector<Row> rows_of(const Explanation& e) {
  std::vector<Row> rows;
  for (const auto& cost : e.effects)
    rows.push_back({title_of(cost.effect),
                    {{"off", 100 * cost.off.gain, 100 * cost.off.error},
                     {"alone", -100 * cost.alone.gain, 100 * cost.alone.error}}});
  for (const auto& layer : e.layers)
    rows.push_back(
        {layer.errors.name + " digital", {{"layer", 100 * layer.digital.gain, 100 * layer.digital.error}}});
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
      R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"/><line class="error" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/><text x="{:.1f}" y="{:.1f}">{:.1f}</text>)"
      "\n",
      b.kind, from, y, to - from, bar, x(b.points - b.error), x(b.points + b.error), y + bar / 2, y + bar / 2,
      x(std::max(0.0, b.points + b.error)) + 5, y + bar, std::round(10 * b.points) / 10 + 0.0);
}

}  // namespace

std::string explanation_svg(const ExplainedCase& explained) {
  const auto& e = explained.explanation;
  const auto rows = rows_of(e);
  const Scale x(rows);
  const double height = top + row * static_cast<double>(rows.size()) + 16;
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}">
{}<rect class="page" width="100%" height="100%"/>
<text class="name" x="16" y="26">{}: {:.1f} % in digital, {:.1f} % after {}</text>
<text x="16" y="46">points given back when switched off or kept digital (blue), lost alone (orange); bars: standard error</text>
<line class="axis" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>
)",
      page_width, height, style, escaped(explained.network), 100 * e.digital, 100 * e.chip.mean,
      time_name(e.time_s), x(0), x(0), top - 8, height - 10);
  double y = top;
  for (const auto& r : rows) {
    svg += fmt::format("<text class=\"end\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", names_end, y + 12,
                       escaped(r.name));
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
