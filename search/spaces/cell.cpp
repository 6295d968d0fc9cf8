// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/cell.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/nn/graph/layer_stack.hpp"
#include "search/spaces/range_checks.hpp"

namespace mho {
namespace {

constexpr int smallest_halved = 4;  // pixels

std::string edge_name(int from, int to) { return fmt::format("edge{}_{}", from, to); }

Conv2d convolution(int channels, int kernel, int stride = 1) {
  return {.out_channels = channels,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride};
}

/// An edge that lies on a way from the cell's input to its output.
struct Edge {
  int from;
  int to;
  CellOperation operation;
};

std::vector<Edge> used_edges(const Genome& genome, int nodes) {
  std::vector<Edge> edges;
  for (int to = 1; to < nodes; ++to)
    for (int from = 0; from < to; ++from)
      if (const auto operation = genome.word_as<CellOperation>(edge_name(from, to));
          operation != CellOperation::none)
        edges.push_back({from, to, operation});
  std::vector<bool> reached(static_cast<size_t>(nodes), false), needed = reached;
  const auto at = [](std::vector<bool>& of, int node) { return of[static_cast<size_t>(node)]; };
  reached.front() = needed.back() = true;
  for (const auto& edge : edges)
    if (at(reached, edge.from)) reached[static_cast<size_t>(edge.to)] = true;
  for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge)
    if (at(needed, edge->to)) needed[static_cast<size_t>(edge->from)] = true;
  std::erase_if(edges, [&](const Edge& edge) { return !at(reached, edge.from) || !at(needed, edge.to); });
  return edges;
}

class Cell : public SpaceKind {
 public:
  explicit Cell(const CellRanges& ranges) : nodes_(ranges.nodes), stages_(ranges.stages) {}

  Architecture build(const Genome& genome, Shape input, int classes) const override {
    const auto edges = used_edges(genome, nodes_);
    if (edges.empty()) throw ArchitectureError("cell: expected an operation that leads through it, got none");
    int channels = static_cast<int>(genome.whole("channels"));
    LayerStack layers;
    layers.conv_bn("stem", convolution(channels, 3));
    int side = std::min(input.height, input.width);
    for (int stage = 1; stage <= stages_; ++stage) {
      if (stage > 1) {
        channels *= 2;
        add_reduction(layers, fmt::format("reduction{}", stage - 1), channels,
                      side >= smallest_halved ? 2 : 1);
        if (side >= smallest_halved) side = (side + 1) / 2;
      }
      for (int cell = 1; cell <= genome.whole("cells"); ++cell)
        add_cell(layers, fmt::format("stage{}_cell{}", stage, cell), edges, channels);
    }
    layers.add("head_bn", BatchNorm{}).add("head_relu", Relu{}).add("pool", GlobalAveragePool{});
    return Architecture(name(genome), input, layers.classify(classes).layers());
  }

 private:
  static void add_reduction(LayerStack& layers, const std::string& name, int channels, int stride) {
    const auto input = layers.end();
    layers.conv_bn(name + "_skip", convolution(channels, 1, stride));
    const auto skip = layers.end();
    layers.continue_from(input).conv_bn_relu(name + "_conv1", convolution(channels, 3, stride));
    layers.conv_bn(name + "_conv2", convolution(channels, 3));
    layers.join(name + "_add", Add{}, {layers.end(), skip});
  }

  /// The end of an edge's operation on the layer `input`.
  static std::string add_edge(LayerStack& layers, const std::string& name, const std::string& input,
                              CellOperation operation, int channels) {
    layers.continue_from(input);
    if (operation == CellOperation::average_pool)
      layers.add(name, Pool{.kind = Pool::Kind::average,
                            .kernel_height = 3,
                            .kernel_width = 3,
                            .stride_height = 1,
                            .stride_width = 1,
                            .same = true});
    else if (operation != CellOperation::skip)
      layers.add(name + "_relu", Relu{})
          .conv_bn(name, convolution(channels, operation == CellOperation::conv1x1 ? 1 : 3));
    return layers.end();
  }

  void add_cell(LayerStack& layers, const std::string& name, const std::vector<Edge>& edges,
                int channels) const {
    std::vector<std::string> node(static_cast<size_t>(nodes_));
    node.front() = layers.end();
    for (int to = 1; to < nodes_; ++to) {
      std::vector<std::string> summands;
      for (const auto& edge : edges)
        if (edge.to == to)
          summands.push_back(add_edge(layers, fmt::format("{}_{}", name, edge_name(edge.from, to)),
                                      node[static_cast<size_t>(edge.from)], edge.operation, channels));
      if (summands.empty()) continue;
      if (summands.size() > 1) layers.join(fmt::format("{}_node{}", name, to), Add{}, summands);
      node[static_cast<size_t>(to)] = layers.end();
    }
  }

  int nodes_;
  int stages_;
};

}  // namespace

SpaceParts cell_space(const CellRanges& ranges) {
  check_list("channels", ranges.channels);
  check_range("cells", ranges.cells);
  check_words("operations", ranges.operations);
  SpaceParts parts{.kind = std::make_shared<Cell>(ranges)};
  parts.genes = {make_ordered("channels", values_of(ranges.channels)),
                 make_integer("cells", ranges.cells[0], ranges.cells[1])};
  for (int to = 1; to < ranges.nodes; ++to)
    for (int from = 0; from < to; ++from)
      parts.genes.push_back(make_choice(edge_name(from, to), values_of(words_for(ranges.operations))));
  return parts;
}

}  // namespace mho
