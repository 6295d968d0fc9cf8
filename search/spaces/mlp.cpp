// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/mlp.hpp"

#include <fmt/format.h>

#include "core/nn/graph/layer_stack.hpp"
#include "search/spaces/range_checks.hpp"

namespace mho {
namespace {

Layer activation(Activation kind) {
  if (kind == Activation::tanh) return Tanh{};
  if (kind == Activation::sigmoid) return Sigmoid{};
  return Relu{};
}

class Mlp : public SpaceKind {
 public:
  Architecture build(const Genome& genome, Shape input, int classes) const override {
    LayerStack layers;
    for (int i = 1; i <= genome.whole("layers"); ++i) {
      const auto prefix = fmt::format("layer{}", i);
      const int width = static_cast<int>(genome.whole(prefix + "_width"));
      layers.add(prefix, Dense{.out_features = width});
      layers.add(prefix + "_act", activation(genome.word_as<Activation>("activation")));
    }
    return Architecture(name(genome), input, layers.classify(classes).layers());
  }
};

}  // namespace

SpaceParts mlp_space(const MlpRanges& ranges) {
  check_range("layers", ranges.layers);
  check_list("widths", ranges.widths);
  check_words("activations", ranges.activations);
  SpaceParts parts{.kind = std::make_shared<Mlp>()};
  parts.genes = {make_integer("layers", ranges.layers[0], ranges.layers[1]),
                 make_choice("activation", values_of(words_for(ranges.activations)))};
  parts.depth = {"layers"};
  for (int i = 1; i <= ranges.layers[1]; ++i) {
    auto gene = make_ordered(fmt::format("layer{}_width", i), values_of(ranges.widths));
    gene.like = "layer1_width";
    if (i > ranges.layers[0]) {
      gene.when = Condition{"layers", {}};
      for (int m = i; m <= ranges.layers[1]; ++m) gene.when->values.emplace_back(std::int64_t{m});
    }
    parts.width.push_back(gene.name);
    parts.genes.push_back(std::move(gene));
  }
  return parts;
}

}  // namespace mho
