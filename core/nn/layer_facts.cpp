// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layer_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// One layer at work: its inputs' shapes and the words that its messages begin with.
struct Site {
  const std::vector<Shape>& inputs;
  const std::string& where;
  Shape input() const { return inputs.front(); }
};

[[noreturn]] void refuse(const Site& site, const std::string& what) {
  throw ArchitectureError(site.where + ": " + what);
}

void check_range(const Site& site, const char* attribute, std::int64_t value, std::int64_t low,
                 std::int64_t high) {
  if (value < low || value > high)
    refuse(site, fmt::format("{} out of range: expected {} to {}, got {}", attribute, low, high, value));
}

void check_padding(const Site& site, const Padding& padding, int most_rows, int most_columns) {
  check_range(site, "padding above", padding.top, 0, most_rows);
  check_range(site, "padding below", padding.bottom, 0, most_rows);
  check_range(site, "padding on the left", padding.left, 0, most_columns);
  check_range(site, "padding on the right", padding.right, 0, most_columns);
}

/// What Conv2d and Pool share: a window that slides over a padded image.
template <class Windowed>
void check_window(const Site& site, const Windowed& layer) {
  check_range(site, "kernel height", layer.kernel_height, 1, largest_window);
  check_range(site, "kernel width", layer.kernel_width, 1, largest_window);
  check_range(site, "stride height", layer.stride_height, 1, largest_window);
  check_range(site, "stride width", layer.stride_width, 1, largest_window);
}

/// Number of windows along one side (rounded down: pixels that no window reaches are left out).
int windows(const Site& site, const char* side, int input, int before, int after, int kernel, int stride) {
  const int padded = input + before + after;
  if (kernel > padded)
    refuse(site, fmt::format("kernel {} larger than the padded image: expected at most {}, got {} (image {})",
                             side, padded, kernel, to_string(site.input())));
  return (padded - kernel) / stride + 1;
}

/// Resolves `same` and gives the output's height and width, with `channels` channels.
template <class Windowed>
Shape slide(const Site& site, Windowed& layer, int channels) {
  const Shape in = site.input();
  const int kh = layer.kernel_height, kw = layer.kernel_width, sh = layer.stride_height,
            sw = layer.stride_width;
  if (layer.same) layer.padding = same_padding(in, kh, kw, sh, sw);
  return {windows(site, "height", in.height, layer.padding.top, layer.padding.bottom, kh, sh),
          windows(site, "width", in.width, layer.padding.left, layer.padding.right, kw, sw), channels};
}

LayerFacts facts_of(Conv2d conv, const Site& site) {
  const Shape in = site.input();
  check_window(site, conv);
  if (!conv.same) check_padding(site, conv.padding, largest_window, largest_window);
  check_range(site, "out_channels", conv.out_channels, 1, largest_activation);
  check_range(site, "groups", conv.groups, 1, largest_activation);
  if (in.channels % conv.groups != 0 || conv.out_channels % conv.groups != 0)
    refuse(site, fmt::format(
                     "groups do not divide the channels: expected a divisor of {} (in) and {} (out), got {}",
                     in.channels, conv.out_channels, conv.groups));
  const Shape out = slide(site, conv, conv.out_channels);
  const std::int64_t rows =
      std::int64_t{1} * conv.kernel_height * conv.kernel_width * (in.channels / conv.groups);
  check_range(site, "rows of the weight matrix", rows, 1, std::numeric_limits<int>::max());
  const MatrixShape matrix{static_cast<int>(rows), conv.out_channels / conv.groups, conv.groups,
                           std::int64_t{1} * out.height * out.width, conv.kernel_height * conv.kernel_width};
  return {conv, out, matrix, conv.bias ? conv.out_channels : 0};
}

LayerFacts facts_of(Dense dense, const Site& site) {
  check_range(site, "out_features", dense.out_features, 1, largest_activation);
  const MatrixShape matrix{static_cast<int>(site.input().size()), dense.out_features, 1, 1};
  return {dense, {1, 1, dense.out_features}, matrix, dense.bias ? dense.out_features : 0};
}

LayerFacts facts_of(BatchNorm norm, const Site& site) {
  if (!(norm.epsilon > 0 && norm.epsilon <= 1))
    refuse(site, fmt::format("epsilon out of range: expected above 0 and at most 1, got {}", norm.epsilon));
  return {norm, site.input(), {}, std::int64_t{2} * site.input().channels};
}

LayerFacts facts_of(Relu relu, const Site& site) { return {relu, site.input(), {}}; }

LayerFacts facts_of(Pool pool, const Site& site) {
  check_window(site, pool);
  // A window of padding only would have no maximum and no mean.
  if (!pool.same) check_padding(site, pool.padding, pool.kernel_height - 1, pool.kernel_width - 1);
  const Shape out = slide(site, pool, site.input().channels);
  return {pool, out, {}};
}

LayerFacts facts_of(GlobalAveragePool pool, const Site& site) {
  return {pool, {1, 1, site.input().channels}, {}};
}

LayerFacts facts_of(Add add, const Site& site) {
  for (const auto& shape : site.inputs)
    if (shape != site.input())
      refuse(site, fmt::format("inputs to add differ: expected {} like the first, got {}",
                               to_string(site.input()), to_string(shape)));
  return {add, site.input(), {}};
}

LayerFacts facts_of(Concat concat, const Site& site) {
  const Shape first = site.input();
  std::int64_t channels = 0;
  for (const auto& shape : site.inputs) {
    if (shape.height != first.height || shape.width != first.width)
      refuse(site, fmt::format("inputs to concat differ: expected {}x{} pixels like the first, got {}",
                               first.height, first.width, to_string(shape)));
    channels += shape.channels;
  }
  check_range(site, "channels", channels, 1, largest_activation);
  return {concat, {first.height, first.width, static_cast<int>(channels)}, {}};
}

LayerFacts facts_of(SoftmaxCrossEntropy loss, const Site& site) {
  const Shape in = site.input();
  if (in.height != 1 || in.width != 1 || in.channels < 2)
    refuse(site, "logits have the wrong shape: expected 1x1 x at least 2 classes, got " + to_string(in));
  return {loss, in, {}};
}

LayerFacts facts_of(Input, const Site& site) {
  refuse(site, "the image is no layer: leave 'input' undeclared");
}

void check_input_count(const Layer& layer, const Site& site) {
  const bool joins = std::holds_alternative<Add>(layer) || std::holds_alternative<Concat>(layer);
  const size_t got = site.inputs.size();
  if (joins ? got < 2 : got != 1)
    refuse(site, fmt::format("wrong number of inputs: expected {}, got {}", joins ? "at least 2" : "1", got));
}

/// Output size and padding along one side: TensorFlow's rule.
std::pair<int, int> same_side(int input, int kernel, int stride) {
  const int outputs = (input - 1) / stride + 1;
  const int total = std::max((outputs - 1) * stride + kernel - input, 0);
  return {total / 2, total - total / 2};
}

}  // namespace

std::string to_string(const Shape& shape) {
  return fmt::format("{}x{}x{}", shape.height, shape.width, shape.channels);
}

std::string layer_name(const Layer& layer) {
  if (const auto* pool = std::get_if<Pool>(&layer))
    return pool->kind == Pool::Kind::max ? "max_pool" : "average_pool";
  static const char* const names[] = {"input",
                                      "conv2d",
                                      "dense",
                                      "batch_norm",
                                      "relu",
                                      "pool",
                                      "global_average_pool",
                                      "add",
                                      "concat",
                                      "softmax_cross_entropy"};
  static_assert(std::size(names) == std::variant_size_v<Layer>);
  return names[layer.index()];
}

Padding same_padding(Shape input, int kernel_height, int kernel_width, int stride_height, int stride_width) {
  const auto [top, bottom] = same_side(input.height, kernel_height, stride_height);
  const auto [left, right] = same_side(input.width, kernel_width, stride_width);
  return {top, bottom, left, right};
}

void check_shape(const Shape& shape, const std::string& where) {
  const double size =
      1.0 * shape.height * shape.width * shape.channels;  // double: the product may not fit 64 bits
  if (std::min({shape.height, shape.width, shape.channels}) < 1 ||
      size > static_cast<double>(largest_activation))
    throw ArchitectureError(
        fmt::format("{}: impossible shape: expected sides of at least 1 and at most {} numbers, got {}",
                    where, largest_activation, to_string(shape)));
}

LayerFacts layer_facts(const Layer& layer, const std::vector<Shape>& inputs, const std::string& where) {
  const Site site{inputs, where};
  check_input_count(layer, site);
  LayerFacts facts = std::visit([&](const auto& kind) { return facts_of(kind, site); }, layer);
  check_shape(facts.shape, where);
  const MatrixShape& matrix = facts.matrix;
  facts.weights = std::int64_t{1} * matrix.rows * matrix.columns * matrix.groups;
  check_range(site, "number of weights", facts.weights, 0, largest_weights);
  const double macs = static_cast<double>(facts.weights) * static_cast<double>(matrix.products);
  if (macs > static_cast<double>(largest_macs))
    refuse(site,
           fmt::format("too many multiply-accumulates: expected at most {}, got {:g}", largest_macs, macs));
  facts.macs = facts.weights * matrix.products;
  facts.parameters += facts.weights;
  return facts;
}

}  // namespace mho
