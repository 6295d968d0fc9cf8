// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/digital_units.hpp"

#include <algorithm>

#include "core/chip/simulate/tally.hpp"

namespace mho {
namespace {

std::int64_t pixels_of(const Shape& shape) { return std::int64_t{1} * shape.height * shape.width; }

/// Copies `count` of each pixel's channels.
void copy_channels(const float* from, std::int64_t pixels, int channels, std::int64_t count, float* to) {
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
    std::copy_n(from + pixel * channels, count, to + pixel * channels);
}

}  // namespace

DigitalUnits::DigitalUnits(const ChipPlan& plan, CoreMemories& memories, Tally* tally)
    : plan_(plan),
      memories_(memories),
      tally_(tally),
      nodes_(plan.nodes()),
      scratch_(plan.digital().scratch_size()) {}

void DigitalUnits::run(int node) {
  const Node& here = node_at(node);
  if (here.on_chip.place == OnChip::Place::outside) return;
  for (const Home& home : plan_.chip().homes[static_cast<size_t>(node)]) {
    run_home(node, home);
    if (tally_) count_work(node, home);
  }
  if (!tally_ || here.on_chip.place != OnChip::Place::elementwise) return;
  const int latest = *std::max_element(here.inputs.begin(), here.inputs.end());
  for (const int input : here.inputs)
    if (input != latest) tally_->read_waiting(input, node);
}

void DigitalUnits::run_home(int node, const Home& home) {
  const auto place = node_at(node).on_chip.place;
  if (place == OnChip::Place::concat) return run_concat(node, home);
  if (place == OnChip::Place::elementwise) return run_elementwise(node, home);
  run_window(node, home);
}

void DigitalUnits::run_concat(int node, const Home& home) {
  const Shape shape = node_at(node).shape;
  float* to = memories_.make(home.core, node, home.channels, home.pixels);
  std::int64_t before = 0;
  for (const int input : node_at(node).inputs) {
    const Shape source = node_at(input).shape;
    const std::int64_t own = source.channels;
    const Range part = overlap(home.channels, {before, own});
    if (part.count > 0) {
      const float* from = memories_.require(home.core, input, {part.first - before, part.count}, home.pixels);
      for (int image = 0; image < memories_.images(); ++image)
        for (std::int64_t pixel = home.pixels.first; pixel < home.pixels.last(); ++pixel)
          std::copy_n(from + image * source.size() + pixel * own + part.first - before, part.count,
                      to + image * shape.size() + pixel * shape.channels + part.first);
    }
    before += own;
  }
}

void DigitalUnits::run_elementwise(int node, const Home& home) {
  const Shape shape = node_at(node).shape;
  inputs_.clear();
  for (const int input : node_at(node).inputs)  // only ever read
    inputs_.push_back(const_cast<float*>(memories_.require(home.core, input, home.channels, home.pixels)));
  float* to = memories_.make(home.core, node, home.channels, home.pixels);
  if (home.pixels.count == pixels_of(shape)) {  // images follow each other
    run_pixels(node, home, 0, memories_.images() * home.pixels.count, to);
    return;
  }
  for (int image = 0; image < memories_.images(); ++image)
    run_pixels(node, home, image * pixels_of(shape) + home.pixels.first, home.pixels.count, to);
}

/// All channels of the pixels, of which the home's own are kept: others may be another home's in that memory.
void DigitalUnits::run_pixels(int node, const Home& home, std::int64_t first, std::int64_t pixels,
                              float* to) {
  const int channels = node_at(node).shape.channels;
  auto at = inputs_;
  for (float*& input : at) input += first * channels;
  to += first * channels;
  const bool own = home.channels.count == channels;
  float* y = own ? to : scratch_for(pixels * channels);
  plan_.digital().run_pixels(node, pixels, {at, y, scratch_.data()});
  if (!own)
    copy_channels(y + home.channels.first, pixels, channels, home.channels.count, to + home.channels.first);
}

/// Pooling, grouped convolutions and matrices kept digital: whole layers on what the core has, of which the
/// home's part is kept.
void DigitalUnits::run_window(int node, const Home& home) {
  const Node& here = node_at(node);
  const int source = here.inputs.front();
  const Shape input = node_at(source).shape, shape = here.shape;
  const bool reads_all = here.on_chip.place == OnChip::Place::digital_matrix;
  const Range channels = reads_all ? Range{0, input.channels}
                                   : Range{home.channels.first * input.channels / shape.channels,
                                           home.channels.count * input.channels / shape.channels};
  const Range pixels =
      reads_all ? Range{0, pixels_of(input)} : needed_pixels(here.on_chip.window, input, shape, home.pixels);
  inputs_ = {const_cast<float*>(memories_.require(home.core, source, channels, pixels))};  // only ever read
  float* to = memories_.make(home.core, node, home.channels, home.pixels);
  const bool own = home.channels.count == shape.channels && home.pixels.count == pixels_of(shape);
  const int images = memories_.images();
  float* y = own ? to : scratch_for(images * shape.size());
  plan_.digital().run(node, images, {inputs_, y, scratch_.data()});
  if (own) return;
  for (int image = 0; image < images; ++image) {
    const std::int64_t first =
        image * shape.size() + home.pixels.first * shape.channels + home.channels.first;
    copy_channels(y + first, home.pixels.count, shape.channels, home.channels.count, to + first);
  }
}

float* DigitalUnits::scratch_for(std::int64_t numbers) {
  const auto floats = static_cast<size_t>(numbers) + kernel_slack();
  if (outputs_.size() < floats) outputs_.resize(floats);
  return outputs_.data();
}

/// The digital work of a home's part, as count_digital_macs prices it.
void DigitalUnits::count_work(int node, const Home& home) const {
  const Node& here = node_at(node);
  const std::int64_t one = here.macs / here.shape.size() + here.on_chip.work;
  tally_->work(one * home.channels.count * home.pixels.count);
}

}  // namespace mho
