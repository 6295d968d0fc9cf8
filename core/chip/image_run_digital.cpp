// SPDX-License-Identifier: Apache-2.0
// The digital layers of an ImageRun: each home's part, from its own core's memory.
#include <algorithm>
#include <limits>

#include "core/chip/image_run.hpp"
#include "core/chip/tally.hpp"
#include "core/nn/batch_norm.hpp"
#include "core/nn/depthwise_layer.hpp"
#include "core/nn/matrix_layer.hpp"
#include "core/nn/pooling.hpp"

namespace mho {

void ImageRun::run_digital(int node) {
  const auto& kind = node_at(node).layer;
  if (std::holds_alternative<Input>(kind) || std::holds_alternative<SoftmaxCrossEntropy>(kind)) return;
  for (const Home& home : chip_.homes[static_cast<size_t>(node)]) {
    run_home(node, home);
    if (tally_) count_digital(node, home);
  }
  if (!tally_ || !std::holds_alternative<Add>(kind)) return;
  const auto& inputs = node_at(node).inputs;
  const int latest = *std::max_element(inputs.begin(), inputs.end());
  for (const int input : inputs)
    if (input != latest) tally_->read_waiting(input, node);
}

void ImageRun::run_home(int node, const Home& home) {
  const auto& layer = node_at(node).layer;
  if (std::holds_alternative<Concat>(layer)) return run_concat(node, home);
  const bool in_place = std::holds_alternative<BatchNorm>(layer) || std::holds_alternative<Relu>(layer) ||
                        std::holds_alternative<Add>(layer);
  if (in_place) return run_elementwise(node, home);
  run_window(node, home);
}

void ImageRun::run_concat(int node, const Home& home) {
  float* to = memories_.open(home.core, node);
  const int channels = node_at(node).shape.channels;
  std::int64_t before = 0;
  for (const int input : node_at(node).inputs) {
    const std::int64_t own = node_at(input).shape.channels;
    const Range part = overlap(home.channels, {before, own});
    if (part.count > 0) {
      const float* from = memories_.require(home.core, input, {part.first - before, part.count}, home.pixels);
      for (std::int64_t pixel = home.pixels.first; pixel < home.pixels.last(); ++pixel)
        std::copy_n(from + pixel * own + part.first - before, part.count, to + pixel * channels + part.first);
    }
    before += own;
  }
}

/// Batch norms, ReLUs and additions.
void ImageRun::run_elementwise(int node, const Home& home) {
  const Node& here = node_at(node);
  const int channels = here.shape.channels, count = static_cast<int>(home.channels.count);
  float* to = memories_.open(home.core, node);
  const auto* norm = std::get_if<BatchNorm>(&here.layer);
  const ChannelAffine affine =
      norm != nullptr ? fold_batch_norm(chip_.network.parameters[static_cast<size_t>(node)], norm->epsilon)
                      : ChannelAffine{};
  for (size_t k = 0; k < here.inputs.size(); ++k) {
    const float* from = memories_.require(home.core, here.inputs[k], home.channels, home.pixels);
    for (std::int64_t pixel = home.pixels.first; pixel < home.pixels.last(); ++pixel) {
      const std::int64_t at = pixel * channels + home.channels.first;
      if (norm != nullptr)
        kernels().affine(from + at, 1, count, affine.scale.data() + home.channels.first,
                         affine.shift.data() + home.channels.first, nullptr,
                         -std::numeric_limits<float>::infinity(), to + at);
      else if (std::holds_alternative<Relu>(here.layer))
        kernels().relu(from + at, static_cast<size_t>(count), to + at);
      else if (k == 0)
        std::copy_n(from + at, count, to + at);
      else
        kernels().add(from + at, static_cast<size_t>(count), to + at);
    }
  }
}

/// Pooling and grouped convolutions: the whole layer on what the core has, of which the home's part is kept.
void ImageRun::run_window(int node, const Home& home) {
  const Node& here = node_at(node);
  const int source = here.inputs.front();
  const Shape input = node_at(source).shape;
  const Range channels{home.channels.first * input.channels / here.shape.channels,
                       home.channels.count * input.channels / here.shape.channels};
  const float* from = memories_.require(
      home.core, source, channels, needed_pixels(window_of(here, input), input, here.shape, home.pixels));
  image_.resize(static_cast<size_t>(here.shape.size()) + kernel_slack());
  if (std::holds_alternative<Conv2d>(here.layer)) {
    run_grouped(node, from);
  } else {
    const PoolingLayer pool = pooling_of(here.layer, input, here.shape);
    (pool.maximum ? kernels().max_pool : kernels().average_pool)(pool.loops, from, image_.data());
  }
  float* to = memories_.open(home.core, node);
  for (std::int64_t pixel = home.pixels.first; pixel < home.pixels.last(); ++pixel) {
    const std::int64_t at = pixel * here.shape.channels + home.channels.first;
    std::copy_n(image_.data() + at, home.channels.count, to + at);
  }
}

/// A grouped convolution of a whole image into image_.
void ImageRun::run_grouped(int node, const float* from) {
  const LayerParameters& own = chip_.network.parameters[static_cast<size_t>(node)];
  const auto geometry = geometry_of(chip_.network.architecture, node);
  if (!geometry.is_depthwise()) {
    const MatrixLayer layer(chip_.network.architecture, node, {});
    MatrixOperand operand;
    layer.pack_forward(own.weight.data(), operand.forward);
    inputs_.resize(layer.scratch_size() + kernel_slack());
    layer.forward(operand, own.bias.empty() ? nullptr : own.bias.data(), from, 1, 0, 0, inputs_.data(),
                  image_.data());
    return;
  }
  const DepthwiseLayer layer(geometry);
  inputs_.resize(layer.scratch_size() + kernel_slack());
  layer.forward(from, own.weight.data(), inputs_.data(), image_.data());
  for (std::int64_t at = 0; at < node_at(node).shape.size(); at += geometry.output.channels)
    for (size_t c = 0; c < own.bias.size(); ++c) image_[static_cast<size_t>(at) + c] += own.bias[c];
}

/// The digital work of a home's part, as count_digital_macs prices it.
void ImageRun::count_digital(int node, const Home& home) const {
  const Node& here = node_at(node);
  const std::int64_t outputs = home.channels.count * home.pixels.count;
  if (const auto* conv = std::get_if<Conv2d>(&here.layer))
    tally_->work(here.macs / here.shape.size() * outputs + (conv->bias ? outputs : 0));
  if (std::holds_alternative<BatchNorm>(here.layer)) tally_->work(outputs);
  if (std::holds_alternative<Add>(here.layer)) tally_->work((std::ssize(here.inputs) - 1) * outputs);
  const auto* pool = std::get_if<Pool>(&here.layer);
  if (pool != nullptr && pool->kind == Pool::Kind::average)
    tally_->work(outputs * pool->kernel_height * pool->kernel_width);
  const Shape input = here.inputs.empty() ? Shape{} : node_at(here.inputs.front()).shape;
  if (std::holds_alternative<GlobalAveragePool>(here.layer))
    tally_->work(outputs * input.height * input.width);
}

}  // namespace mho
