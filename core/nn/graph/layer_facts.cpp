// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/layer_facts.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/nn/graph/parameters.hpp"

namespace mho {
namespace {

/// Number of windows along one side.
int windows(const LayerSite& site, const char* side, int padded, int kernel, int stride) {
  if (kernel > padded)
    site.refuse(fmt::format("kernel {} larger than the padded image: expected at most {}, got {} (image {})",
                            side, padded, kernel, to_string(site.input())));
  return (padded - kernel) / stride + 1;
}

}  // namespace

void LayerSite::refuse(const std::string& what) const { throw ArchitectureError(where + ": " + what); }

void LayerSite::check_range(const char* attribute, std::int64_t value, std::int64_t low,
                            std::int64_t high) const {
  if (value < low || value > high)
    refuse(fmt::format("{} out of range: expected {} to {}, got {}", attribute, low, high, value));
}

void LayerSite::expect_one_input() const {
  if (inputs.size() != 1) refuse(fmt::format("wrong number of inputs: expected 1, got {}", inputs.size()));
}

void LayerSite::expect_inputs_to_join() const {
  if (inputs.size() < 2)
    refuse(fmt::format("wrong number of inputs: expected at least 2, got {}", inputs.size()));
}

void LayerSite::check_window(const Window& window) const {
  check_range("kernel height", window.height, 1, largest_window);
  check_range("kernel width", window.width, 1, largest_window);
  check_range("stride height", window.stride_height, 1, largest_window);
  check_range("stride width", window.stride_width, 1, largest_window);
}

void LayerSite::check_padding(const Padding& padding, int most_rows, int most_columns) const {
  check_range("padding above", padding.top, 0, most_rows);
  check_range("padding below", padding.bottom, 0, most_rows);
  check_range("padding on the left", padding.left, 0, most_columns);
  check_range("padding on the right", padding.right, 0, most_columns);
}

Shape LayerSite::slide(const Window& window, int channels) const {
  const Shape in = input();
  const Padding& padding = window.padding;
  return {
      windows(*this, "height", in.height + padding.top + padding.bottom, window.height, window.stride_height),
      windows(*this, "width", in.width + padding.left + padding.right, window.width, window.stride_width),
      channels};
}

std::int64_t tensor_numbers(const MatrixShape& matrix, const Shape& output) {
  return matrix.rows > 0 ? std::int64_t{matrix.columns} * matrix.groups : output.channels;
}

ChannelTensor bias_tensor() { return {"bias", &LayerParameters::bias}; }

LayerFacts elementwise_facts(const LayerSite& site, std::int64_t work) {
  site.expect_one_input();
  return {.shape = site.input(), .on_chip = {.place = OnChip::Place::elementwise, .work = work}};
}

}  // namespace mho
