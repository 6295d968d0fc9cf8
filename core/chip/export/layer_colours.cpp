// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/layer_colours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mho {
namespace {

int srgb_byte(double linear) {
  const double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
  return static_cast<int>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
}

/// OKLCH (perceptual lightness 0 to 1, chroma, hue in degrees) to sRGB: Ottosson 2020, "A perceptual color
/// space".
std::string oklch(double lightness, double chroma, double hue) {
  const double a = chroma * std::cos(hue * std::numbers::pi / 180),
               b = chroma * std::sin(hue * std::numbers::pi / 180);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return fmt::format("#{:02x}{:02x}{:02x}", srgb_byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                     srgb_byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                     srgb_byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

}  // namespace

std::string layer_colour(int index, int count) {
  constexpr double first_hue = 262,
                   hue_span = 290;  // blue, violet, red, amber, green, teal: not back to blue
  constexpr std::array<double, 3> lightness = {0.70, 0.80, 0.62};
  const double depth = count > 1 ? static_cast<double>(index) / (count - 1) : 0;
  return oklch(lightness[static_cast<size_t>(index) % lightness.size()], 0.12,
               std::fmod(first_hue + hue_span * depth, 360));
}

}  // namespace mho
