// SPDX-License-Identifier: Apache-2.0
// Values and gradients are held to PyTorch in test_golden.cpp and to finite differences in
// test_training_network.cpp; ONNX operator and place on a chip in tests/evaluators/test_chip_simulation.cpp.
#include "core/nn/layers/recurrent.hpp"

#include <cmath>

#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/operators/recurrent_cell.hpp"
#include "core/nn/run/inference_network.hpp"
#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

Architecture with_layer(const Layer& layer, Shape input) {
  return {"net", input, {{"it", layer, {"input"}}, {"out", Dense{3}, {"it"}}, {"loss", Output{}, {"out"}}}};
}

FloatBuffer normals(std::int64_t count, std::uint64_t seed) {
  FloatBuffer values(static_cast<size_t>(count) + kernel_slack());
  fill_normal(RandomKey(seed), values);
  return values;
}

/// Keeps the vectors of a mini-batch of one walk.
struct Kept final : VectorSink {
  Kept(size_t inputs, size_t outputs) : x(inputs), dy(outputs) {}
  void take(const float* from, const float* errors, int, int) override {
    std::copy_n(from, x.size(), x.begin());
    std::copy_n(errors, dy.size(), dy.begin());
  }
  std::vector<float> x, dy;
};

}  // namespace

TEST_CASE("a recurrent layer is one matrix of inputs and states, a column a gate, read once a step") {
  const Architecture lstm = with_layer(Recurrent{Recurrent::Kind::lstm, 7}, {9, 1, 5});
  const Node& node = lstm.nodes()[1];
  CHECK(node.shape == Shape{9, 1, 7});
  CHECK(node.matrix.rows == 5 + 7);
  CHECK(node.matrix.columns == 4 * 7);
  CHECK(node.matrix.products == 9);
  CHECK(node.parameters == (5 + 7) * 28 + 28);
  CHECK(node.macs == 9 * (5 + 7) * 28);
  CHECK(node.on_chip.place == OnChip::Place::crossbar);
  CHECK(with_layer(Recurrent{Recurrent::Kind::rnn, 7, false}, {9, 1, 5}).nodes()[1].parameters == 12 * 7);
  CHECK(with_layer(Recurrent{Recurrent::Kind::gru, 7}, {9, 1, 5}).nodes()[1].matrix.columns == 28);
  const std::string file = to_json(lstm);
  CHECK_THAT(file, ContainsSubstring(R"("kind":"lstm","inputs":["input"],"units":7,"bias":true)"));
  CHECK(read_architecture_json(file, "file").declarations() == lstm.declarations());
}

TEST_CASE("a recurrent layer and the last step refuse what is no sequence") {
  const Layer lstm = Recurrent{Recurrent::Kind::lstm, 4}, last = Last{};
  CHECK_THAT(
      refusal([&] {
        with_layer(lstm, {6, 5, 2});
      }),
      ContainsSubstring("layer 'it' (lstm): wrong input: expected a sequence, steps x 1 x channels, got "
                        "6x5x2"));
  CHECK_THAT(refusal([&] {
               with_layer(last, {6, 5, 2});
             }),
             ContainsSubstring("layer 'it' (last): wrong input"));
  CHECK_THAT(refusal([&] {
               with_layer(lstm, {most_steps + 1, 1, 1});
             }),
             ContainsSubstring("number of steps out of range: expected 1 to 16384, got 16385"));
  CHECK_THAT(refusal([&] {
               with_layer(Recurrent{Recurrent::Kind::gru, 0}, {6, 1, 2});
             }),
             ContainsSubstring("units out of range"));
}

TEST_CASE("forget gates begin open, and the cells that would mix a GRU's candidate are blank") {
  const auto lstm =
      initial_parameters(with_layer(Recurrent{Recurrent::Kind::lstm, 6}, {4, 1, 3}), RandomKey(1));
  for (size_t k = 0; k < lstm[1].bias.size(); ++k) CHECK(lstm[1].bias[k] == (k % 4 == 1 ? 1.0f : 0.0f));
  const Architecture net = with_layer(Recurrent{Recurrent::Kind::gru, 6}, {4, 1, 3});
  auto parameters = initial_parameters(net, RandomKey(1));
  const auto blank = [](size_t k) {
    const size_t row = k / 24, block = k % 4;
    return (row < 3 && block == 3) || (row >= 3 && block == 2);
  };
  for (size_t k = 0; k < parameters[1].weight.size(); ++k) CHECK((parameters[1].weight[k] == 0) == blank(k));
  const Network network(net, {});
  const SoftmaxCrossEntropy loss(0);
  TrainingNetwork training(network, loss, 2, 1);
  auto gradients = zero_gradients(parameters);
  const auto images = normals(2 * 12, 5);
  const std::vector<int> labels{0, 2};
  training.step(parameters, network.digital_operands(parameters, true),
                {images.data(), labels.data(), 2, RandomKey(1)}, gradients);
  for (size_t k = 0; k < gradients[1].weight.size(); ++k) CHECK((gradients[1].weight[k] == 0) == blank(k));
}

TEST_CASE("every sequence goes through time by itself, whatever goes along") {
  const Architecture net = with_layer(Recurrent{Recurrent::Kind::lstm, 33}, {11, 1, 5});
  const auto parameters = initial_parameters(net, RandomKey(2));
  const Network network(net, {});
  const auto operands = network.digital_operands(parameters, false);
  constexpr int count = 150;  // several walks and several chunks of them
  const auto images = normals(count * 55, 3);
  std::vector<float> together(count * 3), alone(3);
  InferenceNetwork inference(network, parameters);
  inference.logits(operands, images.data(), count, RandomKey(1), together.data());
  for (const int i : {0, 31, 32, 64, 149}) {
    inference.logits(operands, images.data() + i * 55, 1, RandomKey(1), alone.data());
    for (int c = 0; c < 3; ++c)  // sums may be ordered otherwise: a few roundings of O(1)
      CHECK(alone[static_cast<size_t>(c)] == Approx(together[static_cast<size_t>(i * 3 + c)]).margin(2e-6));
  }
}

TEST_CASE("the backward pass meets the sums that the forward pass had, noise and all") {
  // One plain recurrent layer whose last state is the score: its state says what its sum was.
  const Architecture net("net", {3, 1, 2},
                         {{"rnn", Recurrent{Recurrent::Kind::rnn, 4}, {"input"}},
                          {"last", Last{}, {"rnn"}},
                          {"loss", Output{}, {"last"}}});
  MvmSettings settings;
  settings.output_noise = 0.3f;
  const Network network(net, std::vector<MvmSettings>(net.nodes().size(), settings));
  auto parameters = initial_parameters(net, RandomKey(4));
  auto operands = network.digital_operands(parameters, true);
  operands[1].scales.assign(4, 1.0f);
  constexpr int count = 5;
  const auto images = normals(count * 6, 6);
  const std::vector<int> labels{0, 1, 2, 3, 0};
  Kept kept(count * 3 * 6, count * 3 * 4);
  operands[1].sink = &kept;
  const SoftmaxCrossEntropy loss(0);
  TrainingNetwork training(network, loss, count, 1);
  auto gradients = zero_gradients(parameters);
  const RandomKey key(9);
  training.step(parameters, operands, {images.data(), labels.data(), count, key}, gradients);
  std::vector<float> states(count * 4);
  InferenceNetwork(network, parameters).logits(operands, images.data(), count, key, states.data());
  for (size_t i = 0; i < count; ++i) {
    double total = 0;
    for (size_t c = 0; c < 4; ++c) total += std::exp(double(states[i * 4 + c]));
    for (size_t c = 0; c < 4; ++c) {
      const double y = states[i * 4 + c];
      const double dy = (std::exp(y) / total - (labels[i] == static_cast<int>(c))) / count;
      CHECK(kept.dy[(i * 3 + 2) * 4 + c] == Approx(dy * (1 - y * y)).margin(1e-6));
    }
    for (size_t c = 0; c < 2; ++c) CHECK(kept.x[(i * 3 + 1) * 6 + c] == images[i * 6 + 2 + c]);
    for (size_t u = 0; u < 4; ++u) CHECK(kept.x[i * 3 * 6 + 2 + u] == 0);
  }
}

TEST_CASE("cells keep their functions far from zero, and what is no number stays none") {
  for (const float sum : {-200.0f, -3.0f, 0.0f, 0.7f, 50.0f}) {
    float gate = sum, before = 0, after = 0;
    rnn_cell().forward({1, &gate, &before, nullptr, &after, nullptr});
    CHECK(after == Approx(std::tanh(sum)).margin(3e-7));
  }
  float gates[4] = {0, std::nanf(""), 0, 0}, zero = 0, state = 0, cell = 0;
  lstm_cell().forward({1, gates, &zero, &zero, &state, &cell});
  CHECK(std::isnan(state));
}
