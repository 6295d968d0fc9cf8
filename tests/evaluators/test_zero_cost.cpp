// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/zero_cost.hpp"

#include <cmath>

#include "core/base/parallel.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

ZeroCost measure(const Architecture& architecture, const TrainingConfig& training = {},
                 const HardwareConfig& hardware = {}) {
  return zero_cost({architecture, hardware}, toy_samples(80, 4, 0.5, 3), training, Target::classes,
                   RandomKey(5));
}

/// One hidden layer of `units` ReLUs.
Architecture one_layer(int units) { return make_builtin("mlp:" + std::to_string(units), {8, 8, 1}, 4); }

Architecture linear() {
  return {
      "linear", {8, 8, 1}, {{"dense", Dense{.out_features = 4}, {"input"}}, {"loss", Output{}, {"dense"}}}};
}

/// Without converters, so that weight noise alone changes the logits.
HardwareConfig no_converters() {
  HardwareConfig hardware;
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  return hardware;
}

}  // namespace

TEST_CASE("the measures depend on the key alone, not on threads") {
  set_thread_count(1);
  const auto one = measure(toy_network(4));
  set_thread_count(2);
  const auto two = measure(toy_network(4));
  set_thread_count(0);
  CHECK(one.naswot == two.naswot);
  CHECK(one.gradient_norm == two.gradient_norm);
  CHECK(one.noise_sensitivity == two.noise_sensitivity);
}

TEST_CASE("a network without ReLU has log |1 + 0| = 0 and one with more units has the larger overlap") {
  CHECK(measure(linear()).naswot == 0);
  CHECK(measure(one_layer(8)).naswot < measure(one_layer(64)).naswot);
  // 64 images of U units: det(K + 1) is at most (1 + U)^64 (Hadamard).
  CHECK(measure(one_layer(64)).naswot < 64 * std::log(65.0));
}

TEST_CASE("the overlap is that of all ReLUs, also where pooling by maxima comes before them") {
  const auto pooled = [](Pool::Kind kind) {
    return measure({"pooled",
                    {8, 8, 1},
                    {{"conv", Conv2d{.out_channels = 3}, {"input"}},
                     {"relu", Relu{}, {"conv"}},
                     {"pool", Pool{.kind = kind}, {"relu"}},
                     {"dense", Dense{.out_features = 4}, {"pool"}},
                     {"loss", Output{}, {"dense"}}}})
        .naswot;
  };
  CHECK(pooled(Pool::Kind::max) == pooled(Pool::Kind::average));  // which leaves the ReLU where it is
  CHECK(pooled(Pool::Kind::max) > 0);
}

TEST_CASE("noise sensitivity grows in proportion to the weight noise of a linear network and is 0 without") {
  TrainingConfig training;
  const auto sensitivity = [&](double noise) {
    training.weight_noise = noise;
    return measure(linear(), training, no_converters()).noise_sensitivity;
  };
  CHECK(sensitivity(0) < 1e-5);
  CHECK(sensitivity(0.05) > 0.01);
  CHECK(sensitivity(0.2) / sensitivity(0.05) == Approx(4.0).epsilon(1e-3));
}

TEST_CASE("the gradient norm is that of the loss at the initial weights") {
  // The gradient of a linear softmax classifier: x (p - y)^T, averaged over the images.
  const auto samples = take_samples(toy_samples(80, 4, 0.5, 3), 64);
  const auto weights = initial_parameters(linear(), RandomKey(5).with("initial weights"))[1].weight;
  std::vector<double> gradient(64 * 4, 0.0);
  for (int n = 0; n < 64; ++n) {
    const auto image = samples.image(n);
    std::vector<double> p(4, 0.0);
    double total = 0;
    for (size_t c = 0; c < 4; ++c) {
      for (size_t i = 0; i < 64; ++i) p[c] += static_cast<double>(image[i]) * weights[i * 4 + c];
      total += p[c] = std::exp(p[c]);
    }
    for (size_t c = 0; c < 4; ++c)
      for (size_t i = 0; i < 64; ++i)
        gradient[i * 4 + c] +=
            image[i] * (p[c] / total - (samples.labels[static_cast<size_t>(n)] == int(c))) / 64;
  }
  double squares = 0;
  for (const double g : gradient) squares += g * g;
  CHECK(measure(linear()).gradient_norm == Approx(std::sqrt(squares)).epsilon(1e-4));
}

TEST_CASE("merits are larger for what promises more") {
  const ZeroCost measures{.naswot = 3, .gradient_norm = 2, .noise_sensitivity = 0.5};
  CHECK(zero_cost_merit(measures, ZeroCostMeasure::naswot) == 3);
  CHECK(zero_cost_merit(measures, ZeroCostMeasure::gradient_norm) == 2);
  CHECK(zero_cost_merit(measures, ZeroCostMeasure::noise_sensitivity) == -0.5);
  CHECK(zero_cost_merit(measures, ZeroCostMeasure::none) == 0);
}
