// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mho {

/// The head of a picture that a command draws: page, type and colours, light and dark.
struct SvgPage {
  double width = 0, height = 0;  ///< pixels
  std::string style;             ///< CSS of what is drawn on it
  std::string dark_style;        ///< the same where a dark page is wanted
  std::string title;
};

/// As SVG up to the title; what is drawn and "</svg>" follow.
std::string begin_svg(const SvgPage& page);
/// `text` as it may stand in SVG.
std::string escaped_svg(const std::string& text);

}  // namespace mho
