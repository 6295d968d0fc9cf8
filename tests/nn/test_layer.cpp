// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/layer.hpp"

#include <set>

#include "core/nn/graph/architecture_json.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Layers of sequences want one.
Shape input_of(const Layer& layer) {
  if (std::holds_alternative<OneHot>(layer)) return {6, 1, 1};
  const bool sequence = std::holds_alternative<Recurrent>(layer) || std::holds_alternative<Last>(layer);
  return {6, sequence ? 1 : 6, 2};
}

}  // namespace

TEST_CASE("every kind of layer has a name of its own, under which a file declares it") {
  std::set<std::string> names;
  for (const Layer& layer : known_layers()) {
    const std::string name = layer_name(layer);
    INFO(name);
    CHECK(names.insert(name).second);
    if (std::holds_alternative<Output>(layer)) continue;
    const bool joins = std::holds_alternative<Add>(layer) || std::holds_alternative<Concat>(layer);
    const auto inputs =
        joins ? std::vector<std::string>{"input", "input"} : std::vector<std::string>{"input"};
    const Architecture architecture(
        "net", input_of(layer),
        {{"it", layer, inputs}, {"dense", Dense{2}, {"it"}}, {"loss", Output{}, {"dense"}}});
    const std::string text = to_json(architecture);
    const Architecture again = read_architecture_json(text, "file");
    CHECK(again.declarations() == architecture.declarations());
    CHECK(to_json(again) == text);
  }
}

TEST_CASE("every kind of layer but the ends computes, and says where on a chip") {
  for (const Layer& layer : known_layers()) {
    INFO(layer_name(layer));
    if (std::holds_alternative<Output>(layer)) continue;
    Layer own = layer;
    const std::vector<Shape> inputs(
        std::holds_alternative<Add>(layer) || std::holds_alternative<Concat>(layer) ? 2 : 1, input_of(layer));
    const LayerFacts facts = infer(own, inputs, "here");
    CHECK(facts.on_chip.place != OnChip::Place::outside);
    CHECK((facts.on_chip.place == OnChip::Place::crossbar) == (facts.matrix.rows > 0));
  }
}
