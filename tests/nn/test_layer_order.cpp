// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/layer_order.hpp"

#include <algorithm>

#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

using Inputs = std::vector<std::vector<int>>;

/// The definition, as slow as it is plain: again and again the first layer whose inputs have all run.
std::vector<int> plain_order(const Inputs& inputs) {
  std::vector<int> order;
  const auto ran = [&](int layer) { return std::find(order.begin(), order.end(), layer) != order.end(); };
  for (bool found = true; found;) {
    found = false;
    for (int i = 0; i < static_cast<int>(inputs.size()) && !found; ++i)
      if (const auto& needs = inputs[static_cast<size_t>(i)];
          !ran(i) && std::all_of(needs.begin(), needs.end(), ran)) {
        order.push_back(i);
        found = true;
      }
  }
  return order;
}

Inputs random_graph(Random& random, int layers, double density) {
  Inputs inputs(static_cast<size_t>(layers));
  for (auto& needs : inputs)
    for (int source = 0; source < layers; ++source)
      if (random.chance(density)) needs.push_back(source);
  return inputs;
}

}  // namespace

TEST_CASE("layers are sorted as the plain definition says, or a cycle is found, on random graphs") {
  Random random(RandomKey(3));
  int cyclic = 0;
  for (int repeat = 0; repeat < 500; ++repeat) {
    const Inputs inputs = random_graph(random, random.integer(1, 12), 0.1);
    const LayerOrder result = sort_layers(inputs);
    CHECK(result.order == plain_order(inputs));
    CHECK(result.cycle.empty() == (result.order.size() == inputs.size()));
    cyclic += !result.cycle.empty();
    for (const int layer : result.cycle) {
      const auto& needs = inputs[static_cast<size_t>(layer)];
      const auto in_cycle = [&](int source) {
        return std::count(result.cycle.begin(), result.cycle.end(), source) > 0;
      };
      CHECK(std::any_of(needs.begin(), needs.end(), in_cycle));
    }
  }
  CHECK(cyclic > 50);
  CHECK(cyclic < 450);
}

TEST_CASE("no layers, one layer and a layer read twice are sorted") {
  CHECK(sort_layers({}).order.empty());
  CHECK(sort_layers({{}}).order == std::vector<int>{0});
  CHECK(sort_layers({{1, 1}, {}}).order == std::vector<int>{1, 0});
}

TEST_CASE("ten thousand layers in a row, declared backwards, are sorted") {
  Inputs inputs(10'000);
  for (int i = 0; i + 1 < 10'000; ++i) inputs[static_cast<size_t>(i)] = {i + 1};
  const auto order = sort_layers(inputs).order;
  REQUIRE(order.size() == inputs.size());
  CHECK(std::is_sorted(order.rbegin(), order.rend()));
  inputs.back() = {0};
  CHECK(sort_layers(inputs).cycle.size() == inputs.size());
}
