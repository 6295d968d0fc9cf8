// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/range_gradient.hpp"

#include <cmath>

#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/run/optimizer.hpp"
#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Fine enough that clipping is the only nonlinearity of the input converter.
constexpr float continuous_levels = 1 << 20;

/// A mini-batch on a network whose layers clip their inputs: one at `range`, the others at 1.
struct ClippedProblem {
  Architecture architecture;
  Network network;
  Parameters parameters;
  FloatBuffer images;
  std::vector<int> labels;

  explicit ClippedProblem(const Architecture& a)
      : architecture(a),
        network(a, std::vector<MvmSettings>(a.nodes().size(), {.dac_levels = continuous_levels})),
        parameters(initial_parameters(a, RandomKey(3))),
        images(static_cast<size_t>(8 * a.input().size()) + kernel_slack()) {
    fill_normal(RandomKey(4), std::span<float>(images.data(), images.size()));
    for (int i = 0; i < 8; ++i) labels.push_back(i % a.classes());
  }

  StepResult step(int node, float range, RangeGradient& gradient) {
    auto operands = network.digital_operands(parameters, true);
    for (size_t i = 0; i < operands.size(); ++i) {
      const auto* layer = network.matrix(static_cast<int>(i));
      if (!layer) continue;
      auto& operand = operands[i];
      operand.input_range = static_cast<int>(i) == node ? range : 1.0f;
      operand.scales.assign(static_cast<size_t>(layer->columns()), operand.input_range);
      operand.learns_range = true;
      layer->pack_backward(operand);
    }
    const SoftmaxCrossEntropy cross_entropy(0);
    TrainingNetwork training(network, cross_entropy, 8, 3);
    auto gradients = zero_gradients(parameters);
    auto copy = parameters;
    const auto result =
        training.step(copy, operands, {images.data(), labels.data(), 8, RandomKey(1)}, gradients);
    gradient = training.range_gradient(node);
    return result;
  }
};

/// The gradient integrated from `low` to `high` (midpoints) is the loss's difference. A difference at one
/// point would be at the mercy of the inputs that happen to lie at the range there.
void check_against_differences(const Architecture& architecture, float low, float high) {
  constexpr int points = 160;
  ClippedProblem problem(architecture);
  for (int node = 0; node < static_cast<int>(architecture.nodes().size()); ++node) {
    if (!problem.network.matrix(node)) continue;
    INFO(architecture.name() << " " << architecture.nodes()[static_cast<size_t>(node)].name);
    RangeGradient gradient;
    const double difference =
        problem.step(node, high, gradient).loss - problem.step(node, low, gradient).loss;
    double integral = 0, size = 0;
    for (int i = 0; i < points; ++i) {
      const float range = low + (high - low) * (static_cast<float>(i) + 0.5f) / points;
      problem.step(node, range, gradient);
      CHECK(gradient.clipped > 0);
      CHECK(gradient.clipped < gradient.count);
      integral += gradient.sum * (high - low) / points;
      size += std::abs(gradient.sum) * (high - low) / points;
    }
    // 1 % of what was added up: kinks of inputs and ReLUs between the points.
    CHECK(std::abs(integral - difference) < 0.01 * size + 1e-5);
  }
}

}  // namespace

TEST_CASE(
    "the gradient of an input range adds up to the loss's difference, through other layers that clip too") {
  check_against_differences(make_builtin("mlp:16", {4, 4, 1}, 3), 0.4f, 0.8f);
  check_against_differences(make_builtin("lenet5", {14, 14, 1}, 10), 0.3f, 0.7f);
}

TEST_CASE("a value that several layers read gets all their gradients, and one range its own") {
  const Conv2d convolution{.out_channels = 4};
  check_against_differences({"shared",
                             {6, 6, 2},
                             {{"stem", convolution, {"input"}},
                              {"relu", Relu{}, {"stem"}},
                              {"left", convolution, {"relu"}},
                              {"bn", BatchNorm{}, {"left"}},
                              {"right", convolution, {"relu"}},
                              {"sum", Add{}, {"bn", "right", "relu"}},
                              {"mean", GlobalAveragePool{}, {"sum"}},
                              {"dense", Dense{.out_features = 3}, {"mean"}},
                              {"loss", Output{}, {"dense"}}}},
                            0.2f, 0.4f);
}

TEST_CASE("clipped inputs are counted on both sides") {
  RangeGradient gradient;
  const float x[] = {-3, -1, 0.5f, 2, 1}, dx[] = {10, 20, 30, 40, 50};
  gradient.add(x, dx, 5, 1.0f);
  CHECK(gradient.sum == -10 + 40);
  CHECK(gradient.clipped == 2);
  CHECK(gradient.clipped_share() == Approx(0.4));
  CHECK(RangeGradient{}.clipped_share() == 0);
}

TEST_CASE("the optimiser moves a range by its logarithm at its own rate") {
  const auto kind = GENERATE(OptimizerKind::sgd, OptimizerKind::adam);
  Parameters parameters(2);
  parameters[0].input_range = 2;  // the other layer has none
  auto gradients = zero_gradients(parameters);
  CHECK(gradients[0].input_range == 0);
  gradients[0].input_range = gradients[1].input_range = 0.5f;
  Parameters still = parameters;
  Optimizer({kind, 0, 0}, still).step(still, gradients, 0.1);
  CHECK(still[0].input_range == 2);
  Optimizer({kind, 0, 0, 3.0}, parameters).step(parameters, gradients, 0.1);
  // sgd: -rate x gradient; adam's first step: -rate.
  const double logarithm = kind == OptimizerKind::sgd ? -0.3 * 0.5 : -0.3;
  CHECK(parameters[0].input_range == Approx(2 * std::exp(logarithm)).epsilon(1e-5));
  CHECK(parameters[1].input_range == 0);
}
