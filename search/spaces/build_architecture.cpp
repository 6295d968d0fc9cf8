// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/build_architecture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mho {
namespace {

constexpr int smallest_halved = 4;      // pixels
constexpr int smallest_bottleneck = 4;  // channels

bool is_bottleneck(BlockType type) { return type == BlockType::A || type == BlockType::C; }
bool is_pre_activated(BlockType type) { return type == BlockType::C || type == BlockType::D; }

/// Where the network has got to: the last layer and its shape.
struct Tip {
  std::string layer;
  Shape shape;
};

/// Collects declarations; every method returns the name of the layer that it added last.
class Layers {
 public:
  std::string add(const std::string& name, Layer layer, std::vector<std::string> inputs) {
    declarations.push_back({name, layer, std::move(inputs)});
    return name;
  }
  std::string convolution(const std::string& name, const std::string& input, int channels, int kernel,
                          int stride) {
    return add(name,
               Conv2d{.out_channels = channels,
                      .kernel_height = kernel,
                      .kernel_width = kernel,
                      .stride_height = stride,
                      .stride_width = stride},
               {input});
  }
  std::string norm(const std::string& name, const std::string& input) {
    return add(name, BatchNorm{}, {input});
  }
  std::string norm_relu(const std::string& prefix, const std::string& input) {
    return add(prefix + ".relu", Relu{}, {norm(prefix + ".bn", input)});
  }

  std::vector<LayerDeclaration> declarations;
};

struct Convolution {
  int channels;
  int kernel;
  int stride;
};

std::vector<Convolution> branch_convolutions(BlockType type, int channels, int stride) {
  if (!is_bottleneck(type)) return {{channels, 3, stride}, {channels, 3, 1}};
  const int narrow = std::max(channels / 4, smallest_bottleneck);
  return {{narrow, 1, 1}, {narrow, 3, stride}, {channels, 1, 1}};
}

std::string add_branch(Layers& layers, const std::string& prefix, std::string last, BlockType type,
                       int channels, int stride) {
  const auto convolutions = branch_convolutions(type, channels, stride);
  for (size_t i = 0; i < convolutions.size(); ++i) {
    const auto name = fmt::format("{}.conv{}", prefix, i + 1);
    if (i > 0) last = layers.norm_relu(fmt::format("{}.act{}", prefix, i), last);
    last = layers.convolution(name, last, convolutions[i].channels, convolutions[i].kernel,
                              convolutions[i].stride);
  }
  return is_pre_activated(type) ? last : layers.norm(prefix + ".bn", last);
}

std::string add_skip(Layers& layers, const std::string& prefix, const std::string& input, BlockType type,
                     int channels, int stride) {
  const auto last = layers.convolution(prefix + ".skip.conv", input, channels, 1, stride);
  return is_pre_activated(type) ? last : layers.norm(prefix + ".skip.bn", last);
}

Tip add_residual_block(Layers& layers, const std::string& prefix, const Tip& input, const MainBlock& block,
                       int channels, int stride) {
  const bool pre_activated = is_pre_activated(block.type);
  const Shape shape{(input.shape.height + stride - 1) / stride, (input.shape.width + stride - 1) / stride,
                    channels};
  const auto entry = pre_activated ? layers.norm_relu(prefix + ".act0", input.layer) : input.layer;
  std::vector<std::string> summands;
  for (int branch = 1; branch <= block.branches; ++branch)
    summands.push_back(
        add_branch(layers, fmt::format("{}.branch{}", prefix, branch), entry, block.type, channels, stride));
  summands.push_back(shape == input.shape ? input.layer
                                          : add_skip(layers, prefix, entry, block.type, channels, stride));
  const auto sum = layers.add(prefix + ".add", Add{}, std::move(summands));
  return {pre_activated ? sum : layers.add(prefix + ".relu", Relu{}, {sum}), shape};
}

Tip add_main_block(Layers& layers, int index, Tip tip, const MainBlock& block) {
  const int channels = tip.shape.channels * block.widening;
  const bool halve = index > 0 && std::min(tip.shape.height, tip.shape.width) >= smallest_halved;
  for (int i = 0; i < block.residual_blocks; ++i) {
    const auto prefix = fmt::format("block{}.residual{}", index + 1, i + 1);
    tip = add_residual_block(layers, prefix, tip, block, channels, halve && i == 0 ? 2 : 1);
  }
  return tip;
}

}  // namespace

Architecture build_architecture(const AnalogNasGenome& genome, Shape input, int classes) {
  Layers layers;
  const auto stem = layers.convolution("stem.conv", "input", genome.stem_channels, genome.stem_kernel, 1);
  Tip tip{layers.norm_relu("stem", stem), {input.height, input.width, genome.stem_channels}};
  for (size_t i = 0; i < genome.blocks.size(); ++i)
    tip = add_main_block(layers, static_cast<int>(i), tip, genome.blocks[i]);
  if (!genome.blocks.empty() && is_pre_activated(genome.blocks.back().type))
    tip.layer = layers.norm_relu("head", tip.layer);
  const auto pool = layers.add("head.pool", GlobalAveragePool{}, {tip.layer});
  const auto dense = layers.add("head.dense", Dense{.out_features = classes}, {pool});
  layers.add("loss", Output{}, {dense});
  return Architecture(to_string(genome), input, layers.declarations);
}

}  // namespace mho
