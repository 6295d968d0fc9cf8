// SPDX-License-Identifier: Apache-2.0
#include "cli/show/svg_page.hpp"

#include <fmt/format.h>

namespace mho {

std::string begin_svg(const SvgPage& page) {
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}">
<style>
  text {{ font: 12px Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; fill: #1c2430; }}
  .page {{ fill: #ffffff; }} .name {{ font-size: 16px; font-weight: 700; }} .end {{ text-anchor: end; }}
  .axis {{ stroke: #c5ced8; }} {}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #e8edf3; }} .page {{ fill: #0f1319; }} .axis {{ stroke: #3b4756; }} {}
  }}
</style>
<rect class="page" width="100%" height="100%"/>
<text class="name" x="16" y="26">{}</text>
)",
                     page.width, page.height, page.style, page.dark_style, escaped_svg(page.title));
}

std::string escaped_svg(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return safe;
}

}  // namespace mho
