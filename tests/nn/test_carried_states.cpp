// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/carried_states.hpp"

#include <cmath>

#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const SoftmaxCrossEntropy cross_entropy(0);

/// A dense layer over each step.
Conv2d per_step(int outputs) {
  return {.out_channels = outputs, .kernel_height = 1, .kernel_width = 1, .bias = true};
}

/// Recurrent layers over two sequences of six numbers, in windows of so many steps.
struct Windows {
  explicit Windows(int each)
      : steps(each),
        network(Architecture("windows", {each, 1, 3},
                             {{"lstm", Recurrent{Recurrent::Kind::lstm, 5}, {"input"}},
                              {"gru", Recurrent{Recurrent::Kind::gru, 4}, {"lstm"}},
                              {"out", per_step(3), {"gru"}},
                              {"loss", Output{}, {"out"}}}),
                {}),
        parameters(initial_parameters(network.architecture(), RandomKey(3))) {}

  /// Loss of window `index` of both sequences, and its gradients.
  double loss(int index, CarriedStates* carried, Parameters* gradients = nullptr) {
    FloatBuffer images;
    std::vector<int> labels;
    for (int sequence = 0; sequence < 2; ++sequence)
      for (int t = index * steps; t < (index + 1) * steps; ++t) {
        Random random(RandomKey(8).with("step", static_cast<std::uint64_t>(sequence * 6 + t)));
        for (int c = 0; c < 3; ++c) images.push_back(static_cast<float>(random.normal()));
        labels.push_back(random.integer(0, 2));
      }
    images.resize(images.size() + kernel_slack());
    auto found = zero_gradients(parameters);
    TrainingNetwork training(network, cross_entropy, 2, 2);
    const auto result =
        training.step(parameters, network.digital_operands(parameters, true),
                      {images.data(), labels.data(), 2, RandomKey(1), nullptr, carried}, found);
    if (gradients) *gradients = found;
    return result.loss;
  }

  int steps;
  Network network;
  Parameters parameters;
};

}  // namespace

TEST_CASE("carried states make one sequence of windows") {
  Windows whole(6), half(3);
  CarriedStates carried(half.network, 2);
  const double first = half.loss(0, &carried);
  CHECK(first == half.loss(0, nullptr));
  carried.advance();
  const double second = half.loss(1, &carried);
  CHECK(second != half.loss(1, nullptr));
  CHECK((first + second) / 2 == Approx(whole.loss(0, nullptr)).epsilon(1e-6));
  // No gradient goes through what was carried: that of the second window alone, from the states that it had.
  Parameters gradients;
  half.loss(1, &carried, &gradients);
  for (const size_t node : {1, 2}) {
    const auto& g = gradients[node].weight;
    double norm = 0;
    for (const double v : g) norm += v * v;
    norm = std::sqrt(norm);
    const double step = 4e-3;
    const auto moved = [&](double by) {
      Windows other(3);
      for (size_t i = 0; i < g.size(); ++i)
        other.parameters[node].weight[i] += static_cast<float>(by * g[i] / norm);
      return other.loss(1, &carried);
    };
    CHECK((moved(step) - moved(-step)) / (2 * step) == Approx(norm).epsilon(0.02));
  }
  carried.clear();
  CHECK(half.loss(1, &carried) == half.loss(1, nullptr));
}
