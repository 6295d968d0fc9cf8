// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/network_shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {
namespace {

void check_sides(const char* key, const std::vector<int>& sides) {
  if (sides.size() != 2)
    throw ConfigError(fmt::format("space.{}: expected [height, width], got {}", key, sides));
}

}  // namespace

void NetworkShape::fields(FieldVisitor& visitor) {
  visitor.field("stem_widths", &stem_widths, between(1, 15),
                "widths of the kernels whose heights stem_kernels lists, one each, such as 1 for signals of "
                "time x 1; []: squares");
  visitor.field("stem_stride", &stem_stride, between(1, 16),
                "[height, width] by which the first convolution moves");
  visitor.field(
      "block_kernel", &block_kernel, between(1, 15),
      "[height, width] of the blocks' kernels; [k, 1] for signals of time x 1: a side of 1 is neither "
      "convolved nor halved");
  visitor.field(
      "decoder", &decoder, between(1, 4096),
      "outputs of dense layers with ReLU between the blocks and the last layer, for autoencoders: the "
      "first is the code; []: none, and the mean over the pixels is classified");
}

void NetworkShape::check(const std::vector<int>& stem_kernels) const {
  if (!stem_widths.empty() && stem_widths.size() != stem_kernels.size())
    throw ConfigError(fmt::format("space.stem_widths: expected one for each of stem_kernels = {}, got {}",
                                  stem_kernels, stem_widths));
  check_sides("stem_stride", stem_stride);
  check_sides("block_kernel", block_kernel);
  if (block_kernel == std::vector{1, 1})
    throw ConfigError("space.block_kernel: expected a side above 1, got [1, 1]");
}

int NetworkShape::stem_width(const std::vector<int>& stem_kernels, int height) const {
  if (stem_widths.empty()) return height;
  const auto found = std::find(stem_kernels.begin(), stem_kernels.end(), height);
  return stem_widths.at(static_cast<size_t>(found - stem_kernels.begin()));
}

}  // namespace mho
