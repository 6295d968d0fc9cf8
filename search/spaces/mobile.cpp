// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/mobile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/nn/graph/layer_stack.hpp"
#include "search/spaces/range_checks.hpp"

namespace mho {
namespace {

constexpr int smallest_halved = 4;  // pixels

struct Block {
  int width;
  int kernel;
  int expansion;  ///< 0: separable
};

/// A network on its way, with the shape that it has got to.
struct Tip {
  LayerStack layers;
  Shape shape;
};

Conv2d depthwise(int channels, int kernel, int stride) {
  return {.out_channels = channels,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride,
          .groups = channels};
}

Conv2d pointwise(int channels) { return {.out_channels = channels, .kernel_height = 1, .kernel_width = 1}; }

void add_separable(Tip& tip, const std::string& name, const Block& block, int stride) {
  tip.layers.conv_bn_relu(name + "_depthwise", depthwise(tip.shape.channels, block.kernel, stride));
  tip.layers.conv_bn_relu(name + "_pointwise", pointwise(block.width));
}

void add_inverted(Tip& tip, const std::string& name, const Block& block, int stride) {
  const auto input = tip.layers.end();
  const int inside = tip.shape.channels * block.expansion;
  tip.layers.conv_bn_relu(name + "_expand", pointwise(inside));
  tip.layers.conv_bn_relu(name + "_depthwise", depthwise(inside, block.kernel, stride));
  tip.layers.conv_bn(name + "_squeeze", pointwise(block.width));
  if (stride == 1 && tip.shape.channels == block.width)
    tip.layers.join(name + "_add", Add{}, {tip.layers.end(), input});
}

void add_block(Tip& tip, const std::string& name, const Block& block, bool halve) {
  const int stride = halve ? 2 : 1;
  if (block.expansion > 0)
    add_inverted(tip, name, block, stride);
  else
    add_separable(tip, name, block, stride);
  tip.shape = {(tip.shape.height + stride - 1) / stride, (tip.shape.width + stride - 1) / stride,
               block.width};
}

class Mobile : public SpaceKind {
 public:
  /// "OC16|2xW24K3S|1xW32K5I4": of each stage layers, width, kernel and block (S separable, I inverted with
  /// its expansion).
  std::string name(const Genome& genome) const override {
    auto text = fmt::format("OC{}", genome.whole("stem_channels"));
    for (int stage = 1; stage <= genome.whole("stages"); ++stage) {
      const auto prefix = fmt::format("stage{}_", stage);
      const bool inverted = genome.word_as<MobileBlock>(prefix + "block") == MobileBlock::inverted;
      text += fmt::format("|{}xW{}K{}{}", genome.whole(prefix + "layers"), genome.whole(prefix + "width"),
                          genome.whole(prefix + "kernel"),
                          inverted ? fmt::format("I{}", genome.whole(prefix + "expansion")) : "S");
    }
    return text;
  }

  Architecture build(const Genome& genome, Shape input, int classes) const override {
    const auto whole = [&](const std::string& gene) { return static_cast<int>(genome.whole(gene)); };
    Tip tip{{}, {input.height, input.width, whole("stem_channels")}};
    tip.layers.conv_bn_relu("stem", {.out_channels = tip.shape.channels});
    for (int stage = 1; stage <= whole("stages"); ++stage) {
      const auto prefix = fmt::format("stage{}", stage);
      const bool inverted = genome.word_as<MobileBlock>(prefix + "_block") == MobileBlock::inverted;
      const Block block{whole(prefix + "_width"), whole(prefix + "_kernel"),
                        inverted ? whole(prefix + "_expansion") : 0};
      const bool halve = stage > 1 && std::min(tip.shape.height, tip.shape.width) >= smallest_halved;
      for (int i = 1; i <= whole(prefix + "_layers"); ++i)
        add_block(tip, fmt::format("{}_layer{}", prefix, i), block, halve && i == 1);
    }
    tip.layers.add("pool", GlobalAveragePool{}).classify(classes);
    return Architecture(name(genome), input, tip.layers.layers());
  }
};

}  // namespace

SpaceParts mobile_space(const MobileRanges& ranges) {
  check_list("stem_channels", ranges.stem_channels);
  check_range("stages", ranges.stages);
  check_range("layers", ranges.layers);
  check_words("blocks", ranges.blocks);
  check_list("kernels", ranges.kernels);
  check_list("widths", ranges.widths);
  check_list("expansions", ranges.expansions);
  SpaceParts parts{.kind = std::make_shared<Mobile>()};
  parts.genes = {make_ordered("stem_channels", values_of(ranges.stem_channels)),
                 make_integer("stages", ranges.stages[0], ranges.stages[1])};
  parts.width = {"stem_channels"};
  parts.depth = {"stages"};
  for (int stage = 1; stage <= ranges.stages[1]; ++stage) {
    const auto add = [&](const std::string& what, Gene gene) {
      gene.name = fmt::format("stage{}_{}", stage, what);
      gene.like = "stage1_" + what;
      if (stage > ranges.stages[0] && !gene.when) {
        gene.when = Condition{"stages", {}};
        for (int s = stage; s <= ranges.stages[1]; ++s) gene.when->values.emplace_back(std::int64_t{s});
      }
      parts.genes.push_back(std::move(gene));
      return parts.genes.back().name;
    };
    parts.depth.push_back(add("layers", make_integer("", ranges.layers[0], ranges.layers[1])));
    parts.width.push_back(add("width", make_ordered("", values_of(ranges.widths))));
    add("kernel", make_ordered("", values_of(ranges.kernels)));
    parts.depth.push_back(add("block", make_choice("", values_of(words_for(ranges.blocks)))));
    auto expansion = make_ordered("", values_of(ranges.expansions));
    expansion.when = Condition{parts.genes.back().name, {Value(word_of(MobileBlock::inverted))}};
    if (std::find(ranges.blocks.begin(), ranges.blocks.end(), MobileBlock::inverted) != ranges.blocks.end())
      parts.width.push_back(add("expansion", std::move(expansion)));
  }
  return parts;
}

}  // namespace mho
