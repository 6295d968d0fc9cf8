// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/digital_units.hpp"

#include <algorithm>

#include "core/chip/simulate/tally.hpp"

namespace mho {

DigitalUnits::DigitalUnits(const ExportedChip& chip, CoreMemories& memories, Tally* tally)
    : chip_(chip),
      memories_(memories),
      tally_(tally),
      nodes_(chip.network.architecture.nodes()),
      layers_(chip.network.architecture, chip.network.parameters) {}

void DigitalUnits::run(int node) {
  const Node& here = node_at(node);
  if (here.on_chip.place == OnChip::Place::outside) return;
  for (const Home& home : chip_.homes[static_cast<size_t>(node)]) {
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

/// All channels of the home's pixels, of which its own are kept.
void DigitalUnits::run_elementwise(int node, const Home& home) {
  const Node& here = node_at(node);
  const int channels = here.shape.channels;
  std::vector<float*> inputs;
  for (const int input : here.inputs)
    inputs.push_back(const_cast<float*>(memories_.require(home.core, input, home.channels, home.pixels)) +
                     home.pixels.first * channels);  // only ever read
  scratch_.resize(static_cast<size_t>(home.pixels.count * channels) + kernel_slack());
  layers_.run_pixels(node, inputs, home.pixels.count, scratch_.data());
  keep(node, home, scratch_.data());
}

/// Pooling, grouped convolutions and matrices kept digital: the whole layer on what the core has, of which
/// the home's part is kept.
void DigitalUnits::run_window(int node, const Home& home) {
  const Node& here = node_at(node);
  const int source = here.inputs.front();
  const Shape input = node_at(source).shape;
  const bool reads_all = here.on_chip.place == OnChip::Place::digital_matrix;
  const Range channels = reads_all ? Range{0, input.channels}
                                   : Range{home.channels.first * input.channels / here.shape.channels,
                                           home.channels.count * input.channels / here.shape.channels};
  const Range pixels = reads_all ? Range{0, std::int64_t{1} * input.height * input.width}
                                 : needed_pixels(here.on_chip.window, input, here.shape, home.pixels);
  const float* from = memories_.require(home.core, source, channels, pixels);
  scratch_.resize(static_cast<size_t>(here.shape.size()) + kernel_slack());
  layers_.run(node, {const_cast<float*>(from)}, scratch_.data());  // only ever read
  keep(node, home, scratch_.data() + home.pixels.first * here.shape.channels);
}

/// Copies the home's channels of its pixels, the first of which lie at `from`, into its core's memory.
void DigitalUnits::keep(int node, const Home& home, const float* from) {
  const int channels = node_at(node).shape.channels;
  float* to = memories_.open(home.core, node) + home.pixels.first * channels;
  for (std::int64_t at = home.channels.first; at < home.pixels.count * channels; at += channels)
    std::copy_n(from + at, home.channels.count, to + at);
}

/// The digital work of a home's part, as count_digital_macs prices it.
void DigitalUnits::count_work(int node, const Home& home) const {
  const Node& here = node_at(node);
  const std::int64_t one = here.macs / here.shape.size() + here.on_chip.work;
  tally_->work(one * home.channels.count * home.pixels.count);
}

}  // namespace mho
