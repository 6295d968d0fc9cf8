// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/architecture.hpp"

#include <algorithm>

#include "core/base/random.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

using Layers = std::vector<LayerDeclaration>;

/// conv - relu - pool - dense - loss, and whatever a test changes.
Layers small_net() {
  return {{"conv", Conv2d{4}, {"input"}},
          {"relu", Relu{}, {"conv"}},
          {"pool", GlobalAveragePool{}, {"relu"}},
          {"dense", Dense{3}, {"pool"}},
          {"loss", Output{}, {"dense"}}};
}

Architecture build(const Layers& layers, Shape input = {8, 8, 2}) {
  return Architecture("net", input, layers);
}

/// A single layer on an image, closed by pool, dense and loss.
Architecture on_image(const Layer& layer, Shape input) {
  return build({{"it", layer, {"input"}},
                {"pool", GlobalAveragePool{}, {"it"}},
                {"dense", Dense{2}, {"pool"}},
                {"loss", Output{}, {"dense"}}},
               input);
}

std::string refusal_of(const Layers& layers, Shape input = {8, 8, 2}) {
  return refusal([&] { build(layers, input); });
}

std::string refusal_of(const Layer& layer, Shape input = {8, 8, 2}) {
  return refusal([&] { on_image(layer, input); });
}

std::vector<std::string> names(const Architecture& architecture) {
  std::vector<std::string> found;
  for (const auto& each : architecture.nodes()) found.push_back(each.name);
  return found;
}

}  // namespace

TEST_CASE("a shape prints as height x width x channels") { CHECK(to_string(Shape{32, 16, 3}) == "32x16x3"); }

TEST_CASE("same padding gives ceil(input / stride) pixels and puts the odd one at the bottom and right") {
  CHECK(same_padding({32, 32, 1}, 3, 3, 1, 1) == Padding{1, 1, 1, 1});
  CHECK(same_padding({96, 96, 1}, 3, 3, 2, 2) == Padding{0, 1, 0, 1});
  CHECK(same_padding({49, 10, 1}, 10, 4, 2, 2) == Padding{4, 5, 1, 1});
  CHECK(same_padding({7, 7, 1}, 1, 1, 2, 2) == Padding{});
  for (int input = 1; input <= 20; ++input)
    for (int kernel = 1; kernel <= 7; ++kernel)
      for (int stride = 1; stride <= 4; ++stride) {
        const auto net = on_image(Conv2d{1, kernel, kernel, stride, stride}, {input, input, 1});
        const int outputs = (input + stride - 1) / stride;
        CHECK(node(net, "it").shape == Shape{outputs, outputs, 1});
        const Padding padding = std::get<Conv2d>(node(net, "it").layer).padding;
        CHECK((padding.bottom - padding.top == 0 || padding.bottom - padding.top == 1));
      }
}

TEST_CASE("an explicit padding and stride give the textbook size, rounded down") {
  CHECK(node(on_image(Conv2d{5, 3, 3, 2, 2, false, {1, 1, 1, 1}}, {32, 32, 3}), "it").shape ==
        Shape{16, 16, 5});
  CHECK(node(on_image(Conv2d{5, 5, 3, 1, 1, false}, {28, 28, 1}), "it").shape == Shape{24, 26, 5});
  CHECK(node(on_image(Pool{}, {25, 5, 64}), "it").shape == Shape{12, 2, 64});
}

TEST_CASE("a convolution counts its weights, bias and multiply-accumulates") {
  const auto net = on_image(Conv2d{8, 5, 3, 2, 1, true, {}, 1, true}, {9, 10, 3});
  const Node& conv = node(net, "it");
  CHECK(conv.shape == Shape{5, 10, 8});
  CHECK(conv.weights == 5 * 3 * 3 * 8);
  CHECK(conv.parameters == conv.weights + 8);
  CHECK(conv.macs == conv.weights * 50);
  const MatrixShape matrix = matrix_shape(net, node_index(net, "it"));
  CHECK(matrix.rows == 45);
  CHECK(matrix.columns == 8);
  CHECK(matrix.groups == 1);
  CHECK(matrix.products == 50);
  CHECK_FALSE(is_grouped(conv));
}

TEST_CASE("a depthwise convolution has one small matrix for each group") {
  const auto net = on_image(Conv2d{12, 3, 3, 1, 1, true, {}, 6}, {4, 4, 6});
  const MatrixShape matrix = matrix_shape(net, node_index(net, "it"));
  CHECK(matrix.rows == 9);
  CHECK(matrix.columns == 2);
  CHECK(matrix.groups == 6);
  CHECK(node(net, "it").weights == 9 * 12);
  CHECK(node(net, "it").macs == 9 * 12 * 16);
  CHECK(is_grouped(node(net, "it")));
}

TEST_CASE("a dense layer flattens, batch norm counts gamma and beta, the others count nothing") {
  const auto net =
      build({{"norm", BatchNorm{}, {"input"}}, {"dense", Dense{5}, {"norm"}}, {"loss", Output{}, {"dense"}}},
            {2, 3, 4});
  CHECK(node(net, "norm").parameters == 8);
  CHECK(node(net, "norm").weights == 0);
  CHECK(node(net, "norm").macs == 0);
  CHECK(node(net, "dense").parameters == 24 * 5 + 5);
  CHECK(net.parameters() == 8 + 125);
  CHECK(net.weights() == 120);
  CHECK(net.macs() == 120);
  CHECK(net.classes() == 5);
  CHECK(net.input() == Shape{2, 3, 4});
  CHECK(matrix_shape(net, 0).rows == 0);
  CHECK(matrix_shape(net, node_index(net, "norm")).rows == 0);
}

TEST_CASE("concat puts channels side by side and add keeps the shape") {
  const auto net = build({{"a", Conv2d{3}, {"input"}},
                          {"b", Conv2d{5}, {"input"}},
                          {"both", Concat{}, {"a", "b", "input"}},
                          {"twice", Add{}, {"both", "both"}},
                          {"dense", Dense{2}, {"twice"}},
                          {"loss", Output{}, {"dense"}}});
  CHECK(node(net, "both").shape == Shape{8, 8, 10});
  CHECK(node(net, "twice").shape == Shape{8, 8, 10});
}

TEST_CASE(
    "layers declared in an order that can run keep it; of several that are ready the first declared is "
    "next") {
  CHECK(names(build(small_net())) ==
        std::vector<std::string>{"input", "conv", "relu", "pool", "dense", "loss"});
  const Layers shuffled{{"loss", Output{}, {"dense"}},       {"second", Conv2d{4}, {"first"}},
                        {"sum", Add{}, {"second", "other"}}, {"other", Conv2d{4}, {"input"}},
                        {"first", Conv2d{4}, {"input"}},     {"dense", Dense{2}, {"sum"}}};
  CHECK(names(build(shuffled)) ==
        std::vector<std::string>{"input", "other", "first", "second", "sum", "dense", "loss"});
}

TEST_CASE("every permutation of the declarations gives the same counts and a topological order") {
  const auto net = make_builtin("resnet8", {32, 32, 3}, 10);
  Layers layers = net.declarations();
  Random random(RandomKey(7));
  for (int repeat = 0; repeat < 50; ++repeat) {
    random.shuffle(std::span(layers));
    const auto permuted = build(layers, {32, 32, 3});
    CHECK(permuted.parameters() == net.parameters());
    CHECK(permuted.macs() == net.macs());
    CHECK(layer_name(permuted.nodes().back().layer) == "softmax_cross_entropy");
    for (size_t i = 0; i < permuted.nodes().size(); ++i) {
      const Node& each = permuted.nodes()[i];
      CHECK(each.shape == node(net, each.name).shape);
      for (const int input : each.inputs) CHECK(input < static_cast<int>(i));
    }
  }
}

TEST_CASE("declarations rebuild the same graph, also on another input") {
  const auto net = make_builtin("ds_cnn", {49, 10, 1}, 12);
  const auto again = build(net.declarations(), net.input());
  CHECK(again.declarations() == net.declarations());
  CHECK(std::get<Conv2d>(node(again, "conv0").layer).padding == Padding{4, 5, 1, 1});
  CHECK(std::get<Conv2d>(net.declarations().front().layer).padding == Padding{});
  const auto wider = build(net.declarations(), {50, 12, 1});
  CHECK(wider.parameters() == net.parameters());
  CHECK(std::get<Conv2d>(node(wider, "conv0").layer).padding == Padding{4, 4, 1, 1});
}

TEST_CASE("names must be there, printable, different and not 'input'") {
  Layers layers = small_net();
  SECTION("duplicate") {
    layers[1].name = "conv";
    CHECK_THAT(refusal_of(layers), ContainsSubstring("duplicate name") && ContainsSubstring("'conv'"));
  }
  SECTION("empty") {
    layers[2].name = "";
    CHECK_THAT(refusal_of(layers), ContainsSubstring("layer 3") && ContainsSubstring("impossible name"));
  }
  SECTION("control character") {
    layers[2].name = "a\nb";
    CHECK_THAT(refusal_of(layers), ContainsSubstring("layer 3") && ContainsSubstring("printable"));
  }
  SECTION("input") {
    layers[0].name = "input";
    CHECK_THAT(refusal_of(layers), ContainsSubstring("'input'") && ContainsSubstring("name taken"));
  }
  SECTION("the architecture's own") {
    CHECK_THAT(refusal([&] {
                 Architecture("\xff", {8, 8, 2}, layers);
               }),
               ContainsSubstring("impossible name"));
  }
}

TEST_CASE("an unknown or missing input is refused with the layer's name and a guess") {
  Layers layers = small_net();
  layers[1].inputs = {"cnv"};
  CHECK_THAT(refusal_of(layers), ContainsSubstring("architecture 'net', layer 'relu' (relu)") &&
                                     ContainsSubstring("got 'cnv' (did you mean 'conv'?)"));
  layers[1].inputs = {};
  CHECK_THAT(refusal_of(layers), ContainsSubstring("layer 'relu'") && ContainsSubstring("missing input"));
}

TEST_CASE("a cycle is refused and its layers named, the others not") {
  Layers layers = small_net();
  SECTION("two layers") {
    layers[1] = {"relu", Add{}, {"conv", "back"}};
    layers.push_back({"back", Relu{}, {"relu"}});
    const auto message = refusal_of(layers);
    CHECK_THAT(message, ContainsSubstring("cycle") && ContainsSubstring("'relu', 'back'"));
    CHECK_THAT(message, !ContainsSubstring("'conv'") && !ContainsSubstring("'pool'"));
  }
  SECTION("itself") {
    layers[1].inputs = {"relu"};
    CHECK_THAT(refusal_of(layers), ContainsSubstring("cycle") && ContainsSubstring("each other: 'relu'"));
  }
}

TEST_CASE("the graph must end in one loss") {
  Layers layers = small_net();
  SECTION("none") {
    layers.pop_back();
    CHECK_THAT(refusal_of(layers), ContainsSubstring("got none") && ContainsSubstring("'dense'"));
  }
  SECTION("nothing at all") { CHECK_THAT(refusal_of(Layers{}), ContainsSubstring("got none")); }
  SECTION("two") {
    layers.push_back({"loss2", Output{}, {"dense"}});
    CHECK_THAT(refusal_of(layers), ContainsSubstring("wrong end") && ContainsSubstring("'loss', 'loss2'"));
  }
  SECTION("in the middle") {
    layers.push_back({"after", Relu{}, {"loss"}});
    CHECK_THAT(refusal_of(layers),
               ContainsSubstring("layer 'loss'") && ContainsSubstring("loss in the middle"));
  }
  SECTION("a dead end") {
    layers.push_back({"lost", Relu{}, {"conv"}});
    CHECK_THAT(refusal_of(layers), ContainsSubstring("dead end") && ContainsSubstring("got 'lost'"));
  }
  SECTION("logits that are an image") {
    layers[4].inputs = {"relu"};
    layers.erase(layers.begin() + 2, layers.begin() + 4);
    CHECK_THAT(refusal_of(layers), ContainsSubstring("layer 'loss'") && ContainsSubstring("got 8x8x4"));
  }
}

TEST_CASE("impossible shapes and attributes are refused with the layer's name, the expected and the given") {
  const auto check = [](const std::string& message, const std::string& part) {
    CHECK_THAT(message, ContainsSubstring("layer 'it'") && ContainsSubstring(part));
  };
  check(refusal_of(Conv2d{4, 9, 9, 1, 1, false}), "expected at most 8, got 9");
  check(refusal_of(Pool{Pool::Kind::max, 2, 9}), "kernel width larger than the padded image");
  check(refusal_of(Conv2d{4, 3, 3, 1, 1, true, {}, 3}), "groups do not divide the channels");
  check(refusal_of(Conv2d{3, 3, 3, 1, 1, true, {}, 2}), "expected a divisor of 2 (in) and 3 (out), got 2");
  check(refusal_of(Conv2d{0}), "out_channels out of range");
  check(refusal_of(Conv2d{4, 0}), "kernel height out of range: expected 1 to 4096, got 0");
  check(refusal_of(Conv2d{4, 3, 3, 1, -1}), "stride width out of range");
  check(refusal_of(Conv2d{4, 3, 3, 1, 1, false, {-1, 0, 0, 0}}), "padding above out of range");
  check(refusal_of(Conv2d{4, 3, 3, 1, 1, true, {}, 0}), "groups out of range");
  check(refusal_of(Pool{Pool::Kind::average, 2, 2, 2, 2, false, {0, 0, 2, 0}}), "expected 0 to 1, got 2");
  check(refusal_of(Dense{-3}), "out_features out of range");
  check(refusal_of(BatchNorm{0}), "epsilon out of range");
  check(refusal_of(Input{}), "leave 'input' undeclared");
  check(refusal_of(Add{}), "wrong number of inputs: expected at least 2, got 1");
  CHECK_THAT(refusal_of(small_net(), {0, 8, 2}), ContainsSubstring("'input'") && ContainsSubstring("0x8x2"));
}

TEST_CASE("inputs that do not go together are refused with the layer's name") {
  Layers layers = small_net();
  layers[1] = {"join", Add{}, {"conv", "input"}};
  layers[2].inputs = {"join"};
  CHECK_THAT(refusal_of(layers), ContainsSubstring("layer 'join'") && ContainsSubstring("got 8x8x2"));
  layers[0].layer = Conv2d{4, 3, 3, 2, 2};
  layers[1].layer = Concat{};
  CHECK_THAT(refusal_of(layers),
             ContainsSubstring("layer 'join'") && ContainsSubstring("expected 4x4 pixels"));
  layers[1].layer = Relu{};
  CHECK_THAT(refusal_of(layers), ContainsSubstring("layer 'join'") && ContainsSubstring("expected 1, got 2"));
}

TEST_CASE("numbers that would overflow are refused, not wrapped") {
  constexpr int most = 2147483647;
  CHECK_THAT(refusal_of(small_net(), {most, most, most}), ContainsSubstring("impossible shape"));
  CHECK_THAT(refusal_of(Conv2d{1 << 28, 1, 1}), ContainsSubstring("impossible shape"));
  CHECK_THAT(refusal_of(Conv2d{1, 4096, 4096, 4096, 4096}, {64, 1, 1 << 20}),
             ContainsSubstring("rows of the weight"));
  CHECK_THAT(refusal_of(Dense{1 << 28}, {1 << 14, 1 << 14, 1}), ContainsSubstring("number of weights"));
  CHECK_THAT(refusal_of(Conv2d{1 << 12, 64, 64}, {256, 256, 1 << 12}),
             ContainsSubstring("multiply-accumulates"));
  CHECK_THAT(refusal_of(Layers(10'001, {"x", Relu{}, {"input"}})), ContainsSubstring("too many layers"));
}

TEST_CASE("digital layers are exactly those that are named, grouped convolutions are digital anyway") {
  const auto net = build({{"conv", Conv2d{4}, {"input"}},
                          {"depthwise", Conv2d{.out_channels = 4, .groups = 4}, {"conv"}},
                          {"pool", GlobalAveragePool{}, {"depthwise"}},
                          {"dense", Dense{3}, {"pool"}},
                          {"loss", Output{}, {"dense"}}});
  const auto places = [&](const Architecture& network) {
    std::vector<OnChip::Place> found;
    for (const size_t node : {1, 2, 4}) found.push_back(network.nodes()[node].on_chip.place);
    return found;
  };
  using Place = OnChip::Place;
  CHECK(places(net) == std::vector{Place::crossbar, Place::window, Place::crossbar});
  const auto mixed = net.with_digital_layers({"dense", "depthwise"});
  CHECK(places(mixed) == std::vector{Place::crossbar, Place::window, Place::digital_matrix});
  CHECK(places(mixed.with_digital_layers({"conv"})) ==
        std::vector{Place::digital_matrix, Place::window, Place::crossbar});
  CHECK(places(mixed.with_digital_layers({})) == places(net));
}

TEST_CASE(
    "a digital layer that the network does not have, or that has no matrix, is refused with a suggestion") {
  CHECK_THROWS_WITH(
      build(small_net()).with_digital_layers({"dence"}),
      ContainsSubstring("hardware.digital_layers") && ContainsSubstring("did you mean 'dense'?"));
  CHECK_THROWS_WITH(build(small_net()).with_digital_layers({"relu"}),
                    ContainsSubstring("got 'relu'") && ContainsSubstring("it has conv, dense"));
}
