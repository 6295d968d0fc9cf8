// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/layer_order.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <functional>
#include <queue>

namespace mho {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

Graph data_flow(const std::vector<std::vector<int>>& inputs) {
  Graph graph(inputs.size());
  for (size_t layer = 0; layer < inputs.size(); ++layer)
    for (const int input : inputs[layer]) boost::add_edge(static_cast<size_t>(input), layer, graph);
  return graph;
}

/// Kahn's algorithm with a queue by declaration. boost::topological_sort orders by depth-first search, which
/// would let the order of equal layers depend on their consumers.
std::vector<int> ready_order(const Graph& graph) {
  std::vector<size_t> waiting_for(boost::num_vertices(graph));
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t layer = 0; layer < waiting_for.size(); ++layer)
    if ((waiting_for[layer] = boost::in_degree(layer, graph)) == 0) ready.push(layer);
  std::vector<int> order;
  while (!ready.empty()) {
    const size_t layer = ready.top();
    ready.pop();
    order.push_back(static_cast<int>(layer));
    for (auto [edge, end] = boost::out_edges(layer, graph); edge != end; ++edge) {
      const size_t consumer = boost::target(*edge, graph);
      if (--waiting_for[consumer] == 0) ready.push(consumer);
    }
  }
  return order;
}

/// The first strongly connected component with an edge inside it: its layers wait for each other.
std::vector<int> first_cycle(const Graph& graph) {
  std::vector<size_t> component(boost::num_vertices(graph));
  boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  for (auto [edge, end] = boost::edges(graph); edge != end; ++edge) {
    const size_t cyclic = component[boost::source(*edge, graph)];
    if (component[boost::target(*edge, graph)] != cyclic) continue;
    std::vector<int> members;
    for (size_t layer = 0; layer < component.size(); ++layer)
      if (component[layer] == cyclic) members.push_back(static_cast<int>(layer));
    return members;
  }
  return {};
}

}  // namespace

LayerOrder sort_layers(const std::vector<std::vector<int>>& inputs) {
  const Graph graph = data_flow(inputs);
  LayerOrder result{ready_order(graph), {}};
  if (result.order.size() < inputs.size()) result.cycle = first_cycle(graph);
  return result;
}

}  // namespace mho
