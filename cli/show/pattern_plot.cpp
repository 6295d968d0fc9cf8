// SPDX-License-Identifier: Apache-2.0
#include "cli/show/pattern_plot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/show/svg_page.hpp"

namespace mho {
namespace {

// Page measures in pixels.
constexpr double left = 48, right = 720, top = 40, bottom = 260, page_width = 740, page_height = 300;

constexpr const char* style =
    ".target, .output { fill: none; stroke-width: 1.5; } .target { stroke: #8b98a8; stroke-width: 3; } "
    ".output { stroke: #2f6db5; }";

struct Range {
  float low = -1, high = 1;
  double y(float value) const { return bottom - (value - low) / (high - low) * (bottom - top); }
};

std::string line(const char* kind, const std::vector<float>& values, const Range& range) {
  std::string points;
  const double last = std::max<double>(1, static_cast<double>(values.size()) - 1);
  for (std::size_t t = 0; t < values.size(); ++t)
    points += fmt::format("{:.1f},{:.1f} ", left + static_cast<double>(t) / last * (right - left),
                          range.y(values[t]));
  return fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", kind, points);
}

std::string level(float value, const Range& range) {
  return fmt::format(
      "<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
      "<text class=\"end\" x=\"{}\" y=\"{:.1f}\">{:g}</text>\n",
      left, right, range.y(value), range.y(value), left - 6, range.y(value) + 4, value);
}

}  // namespace

std::string pattern_svg(const DrawnPattern& pattern) {
  Range range;
  for (const float value : pattern.output) {
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  std::string svg =
      begin_svg({page_width, page_height, style, "", pattern.scheme + ": output (blue) and target (grey)"});
  for (const float value : {-1.0f, 0.0f, 1.0f}) svg += level(value, range);
  svg += line("target", pattern.target, range) + line("output", pattern.output, range);
  return svg + fmt::format(
                   "<text x=\"{}\" y=\"{}\">0 s</text><text class=\"end\" x=\"{}\" y=\"{}\">{:g} "
                   "s</text>\n</svg>\n",
                   left, bottom + 20, right, bottom + 20,
                   pattern.step_s * static_cast<double>(pattern.target.size()));
}

}  // namespace mho
