// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/build_architecture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mho {
namespace {

constexpr int smallest_halved = 4;      // pixels
constexpr int smallest_bottleneck = 4;  // channels

/// Height and width of a kernel or a stride.
struct Sides {
  int height = 1, width = 1;
};

bool is_bottleneck(BlockType type) { return type == BlockType::A || type == BlockType::C; }
bool is_pre_activated(BlockType type) { return type == BlockType::C || type == BlockType::D; }

Sides sides_of(const std::vector<int>& height_and_width) {
  return {height_and_width.at(0), height_and_width.at(1)};
}

/// What a convolution with "same" padding makes of a shape.
Shape strided(const Shape& in, const Sides& stride, int channels) {
  return {(in.height + stride.height - 1) / stride.height, (in.width + stride.width - 1) / stride.width,
          channels};
}

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
  std::string convolution(const std::string& name, const std::string& input, int channels, Sides kernel,
                          Sides stride, int groups = 1) {
    return add(name,
               Conv2d{.out_channels = channels,
                      .kernel_height = kernel.height,
                      .kernel_width = kernel.width,
                      .stride_height = stride.height,
                      .stride_width = stride.width,
                      .groups = groups},
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
  Sides kernel;
  Sides stride;
  int groups = 1;
};

/// What a residual block takes in and gives out.
struct BlockShape {
  int in_channels, channels;
  Sides kernel, stride;
};

std::vector<Convolution> branch_convolutions(BlockType type, const BlockShape& s) {
  if (type == BlockType::E) return {{s.in_channels, s.kernel, s.stride, s.in_channels}, {s.channels, {}, {}}};
  if (!is_bottleneck(type)) return {{s.channels, s.kernel, s.stride}, {s.channels, s.kernel, {}}};
  const int narrow = std::max(s.channels / 4, smallest_bottleneck);
  return {{narrow, {}, {}}, {narrow, s.kernel, s.stride}, {s.channels, {}, {}}};
}

std::string add_branch(Layers& layers, const std::string& prefix, std::string last, BlockType type,
                       const BlockShape& shape) {
  const auto convolutions = branch_convolutions(type, shape);
  for (size_t i = 0; i < convolutions.size(); ++i) {
    const auto name = fmt::format("{}.conv{}", prefix, i + 1);
    if (i > 0) last = layers.norm_relu(fmt::format("{}.act{}", prefix, i), last);
    last = layers.convolution(name, last, convolutions[i].channels, convolutions[i].kernel,
                              convolutions[i].stride, convolutions[i].groups);
  }
  return is_pre_activated(type) ? last : layers.norm(prefix + ".bn", last);
}

std::string add_skip(Layers& layers, const std::string& prefix, const std::string& input, BlockType type,
                     const BlockShape& shape) {
  const auto last = layers.convolution(prefix + ".skip.conv", input, shape.channels, {}, shape.stride);
  return is_pre_activated(type) ? last : layers.norm(prefix + ".skip.bn", last);
}

Tip add_residual_block(Layers& layers, const std::string& prefix, const Tip& input, const MainBlock& block,
                       const BlockShape& sides) {
  const bool pre_activated = is_pre_activated(block.type);
  const Shape shape = strided(input.shape, sides.stride, sides.channels);
  const auto entry = pre_activated ? layers.norm_relu(prefix + ".act0", input.layer) : input.layer;
  std::vector<std::string> summands;
  for (int branch = 1; branch <= block.branches; ++branch)
    summands.push_back(
        add_branch(layers, fmt::format("{}.branch{}", prefix, branch), entry, block.type, sides));
  summands.push_back(shape == input.shape ? input.layer : add_skip(layers, prefix, entry, block.type, sides));
  const auto sum = layers.add(prefix + ".add", Add{}, std::move(summands));
  return {pre_activated ? sum : layers.add(prefix + ".relu", Relu{}, {sum}), shape};
}

/// Whether every side that is convolved is long enough to be halved.
bool can_be_halved(const Shape& shape, const Sides& kernel) {
  return (kernel.height == 1 || shape.height >= smallest_halved) &&
         (kernel.width == 1 || shape.width >= smallest_halved);
}

Tip add_main_block(Layers& layers, int index, Tip tip, const MainBlock& block, Sides kernel) {
  const int channels = tip.shape.channels * block.widening;
  const bool halve = index > 0 && can_be_halved(tip.shape, kernel);
  const Sides halved{kernel.height > 1 ? 2 : 1, kernel.width > 1 ? 2 : 1};
  for (int i = 0; i < block.residual_blocks; ++i) {
    const auto prefix = fmt::format("block{}.residual{}", index + 1, i + 1);
    tip = add_residual_block(layers, prefix, tip, block,
                             {tip.shape.channels, channels, kernel, halve && i == 0 ? halved : Sides{}});
  }
  return tip;
}

std::string add_decoder(Layers& layers, std::string last, const std::vector<int>& decoder) {
  for (size_t i = 0; i < decoder.size(); ++i) {
    const auto name = fmt::format("decoder{}", i + 1);
    last = layers.add(
        name + ".relu", Relu{},
        {layers.norm(name + ".bn", layers.add(name + ".dense", Dense{decoder[i], false}, {last}))});
  }
  return last;
}

}  // namespace

Architecture build_architecture(const AnalogNasGenome& genome, Shape input, int classes,
                                const SpaceConfig& space) {
  const auto& shape = space.shape;
  const Sides stride = sides_of(shape.stem_stride);
  Layers layers;
  const auto stem = layers.convolution(
      "stem.conv", "input", genome.stem_channels,
      {genome.stem_kernel, shape.stem_width(space.stem_kernels, genome.stem_kernel)}, stride);
  Tip tip{layers.norm_relu("stem", stem), strided(input, stride, genome.stem_channels)};
  for (size_t i = 0; i < genome.blocks.size(); ++i)
    tip = add_main_block(layers, static_cast<int>(i), tip, genome.blocks[i], sides_of(shape.block_kernel));
  if (!genome.blocks.empty() && is_pre_activated(genome.blocks.back().type))
    tip.layer = layers.norm_relu("head", tip.layer);
  const auto head = shape.decoder.empty() ? layers.add("head.pool", GlobalAveragePool{}, {tip.layer})
                                          : add_decoder(layers, tip.layer, shape.decoder);
  const auto dense = layers.add("head.dense", Dense{.out_features = classes}, {head});
  layers.add("loss", Output{}, {dense});
  return Architecture(to_string(genome), input, layers.declarations);
}

}  // namespace mho
