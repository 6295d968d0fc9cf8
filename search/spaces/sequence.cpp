// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/sequence.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.hpp"
#include "core/nn/graph/layer_stack.hpp"
#include "search/spaces/range_checks.hpp"

namespace mho {
namespace {

Recurrent recurrent(RecurrentCellKind kind, int units) {
  if (kind == RecurrentCellKind::gru) return {Recurrent::Kind::gru, units};
  return {kind == RecurrentCellKind::rnn ? Recurrent::Kind::rnn : Recurrent::Kind::lstm, units};
}

class Sequence : public SpaceKind {
 public:
  /// "C16K5|C24K3|lstm32|last"
  std::string name(const Genome& genome) const override {
    std::string text;
    for (int i = 1; i <= genome.whole("convolutions"); ++i)
      text += fmt::format("C{}K{}|", genome.whole(fmt::format("conv{}_channels", i)),
                          genome.whole(fmt::format("conv{}_kernel", i)));
    const auto cell = word_of(genome.word_as<RecurrentCellKind>("cell"));
    for (int i = 1; i <= genome.whole("recurrent_layers"); ++i)
      text += fmt::format("{}{}|", cell, genome.whole(fmt::format("recurrent{}_units", i)));
    return text + word_of(genome.word_as<SequenceHead>("head"));
  }

  Architecture build(const Genome& genome, Shape input, int classes) const override {
    LayerStack layers;
    int width = input.width;
    const auto convolve = [&](const std::string& name, int channels, int kernel, int stride) {
      layers.conv_bn_relu(name, over_time(channels, kernel, width, stride));
      width = 1;
    };
    for (int i = 1; i <= genome.whole("convolutions"); ++i)
      convolve(fmt::format("conv{}", i), whole(genome, fmt::format("conv{}_channels", i)),
               whole(genome, fmt::format("conv{}_kernel", i)), 2);
    if (width > 1) convolve("frame", width * input.channels, 1, 1);
    for (int i = 1; i <= genome.whole("recurrent_layers"); ++i)
      layers.add(fmt::format("recurrent{}", i),
                 recurrent(genome.word_as<RecurrentCellKind>("cell"),
                           whole(genome, fmt::format("recurrent{}_units", i))));
    if (genome.word_as<SequenceHead>("head") == SequenceHead::last)
      layers.add("last", Last{});
    else
      layers.add("mean", GlobalAveragePool{});
    return Architecture(name(genome), input, layers.classify(classes).layers());
  }

 private:
  static int whole(const Genome& genome, const std::string& gene) {
    return static_cast<int>(genome.whole(gene));
  }
};

/// A gene of the i-th layer of `count`, there where the network has so many.
void add_layer_gene(SpaceParts& parts, const std::string& count, const std::vector<int>& range, int i,
                    Gene gene) {
  if (i > range[0]) {
    gene.when = Condition{count, {}};
    for (int n = i; n <= range[1]; ++n) gene.when->values.emplace_back(std::int64_t{n});
  }
  parts.genes.push_back(std::move(gene));
}

Gene ordered(const std::string& name, const std::string& like, const std::vector<int>& values) {
  auto gene = make_ordered(name, values_of(values));
  gene.like = like;
  return gene;
}

}  // namespace

SpaceParts sequence_space(const SequenceRanges& ranges) {
  if (ranges.convolutions.size() != 2 || ranges.convolutions[0] > ranges.convolutions[1])
    throw ConfigError(
        fmt::format("space.convolutions: expected [smallest, largest] with smallest <= largest, got {}",
                    ranges.convolutions));
  check_list("channels", ranges.channels);
  check_list("kernels", ranges.kernels);
  check_range("recurrent_layers", ranges.recurrent_layers);
  check_list("units", ranges.units);
  check_words("cells", ranges.cells);
  check_words("heads", ranges.heads);
  SpaceParts parts{.kind = std::make_shared<Sequence>()};
  parts.genes = {make_integer("convolutions", ranges.convolutions[0], ranges.convolutions[1]),
                 make_integer("recurrent_layers", ranges.recurrent_layers[0], ranges.recurrent_layers[1]),
                 make_choice("cell", values_of(words_for(ranges.cells))),
                 make_choice("head", values_of(words_for(ranges.heads)))};
  parts.depth = {"convolutions", "recurrent_layers", "cell"};
  for (int i = 1; i <= ranges.convolutions[1]; ++i) {
    const auto prefix = fmt::format("conv{}_", i);
    add_layer_gene(parts, "convolutions", ranges.convolutions, i,
                   ordered(prefix + "channels", "conv1_channels", ranges.channels));
    parts.width.push_back(parts.genes.back().name);
    add_layer_gene(parts, "convolutions", ranges.convolutions, i,
                   ordered(prefix + "kernel", "conv1_kernel", ranges.kernels));
  }
  for (int i = 1; i <= ranges.recurrent_layers[1]; ++i) {
    add_layer_gene(parts, "recurrent_layers", ranges.recurrent_layers, i,
                   ordered(fmt::format("recurrent{}_units", i), "recurrent1_units", ranges.units));
    parts.width.push_back(parts.genes.back().name);
  }
  return parts;
}

}  // namespace mho
