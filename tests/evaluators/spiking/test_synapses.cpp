// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/synapses.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/spiking/spiking_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int rows = 20, columns = 30;
constexpr std::size_t count = rows * columns;

SpikingConfig with(WriteScheme scheme) {
  SpikingConfig config;
  config.scheme = scheme;
  config.weight_bound = 1;
  config.refresh_every = 1000000;
  return config;
}

/// Devices whose pulses are all the same, and which neither drift nor make noise.
SpikingConfig on_exact_devices(WriteScheme scheme) {
  auto config = with(scheme);
  config.device = "constant_step";
  auto& device = config.device_parameters.constant_step;
  device = {};
  device.states = 100;
  return config;
}

struct Learner {
  Learner(const SpikingConfig& config, std::vector<float> initial)
      : model(make_device_model(config.device, config.g_max_us, config.device_parameters)),
        synapses(make_synapses(config, *model, rows, columns, std::move(initial), RandomKey(1))) {}
  /// Changes of the weights by one update.
  std::vector<float> learn(const std::vector<float>& gradient, double rate, std::uint64_t seed = 2) {
    const auto before = synapses->weights();
    synapses->learn(gradient, rate, RandomKey(seed));
    auto change = synapses->weights();
    for (std::size_t i = 0; i < change.size(); ++i) change[i] -= before[i];
    return change;
  }
  DeviceCounters counters() const { return synapses->matrix()->counters(); }

  std::unique_ptr<DeviceModel> model;
  std::unique_ptr<Synapses> synapses;
};

std::vector<float> zeros() { return std::vector<float>(count, 0.0f); }
constexpr double step = 1.0 / 100;  // of 100 states, a device being worth a weight of 1

}  // namespace

TEST_CASE("Numbers take every step and stay within their bound") {
  Learner learner(with(WriteScheme::floating), std::vector<float>(count, 0.9f));
  std::vector<float> gradient(count, 1.0f);
  gradient[0] = -100;
  const auto change = learner.learn(gradient, 0.01);
  CHECK(change[1] == Approx(-0.01));
  CHECK(learner.synapses->weights()[0] == 1);
  CHECK(learner.synapses->matrix() == nullptr);
}

TEST_CASE("Digital accumulators write whole steps and keep the rest") {
  Learner learner(with(WriteScheme::digital_accumulator), zeros());
  const float pulse = 0.75f / 8.9f;  // granularity over the range of pcm_accumulative
  const std::vector<float> gradient(count, -pulse);
  CHECK(learner.learn(gradient, 0.6)[0] == 0);
  CHECK(learner.learn(gradient, 0.6)[0] == Approx(pulse));
  CHECK(learner.learn(gradient, 0.6)[0] == 0);
  CHECK(learner.learn(gradient, 0.25)[0] == Approx(pulse));
}

TEST_CASE("What mixed precision holds on exact devices and in its accumulators is gradient descent") {
  Learner learner(on_exact_devices(WriteScheme::mixed_precision), zeros());
  const auto programmed = learner.synapses->weights();
  std::vector<double> wanted(programmed.begin(), programmed.end());
  for (std::uint64_t update = 0; update < 40; ++update) {
    const auto gradient = normal_weights(count, 1, RandomKey(100 + update));
    learner.learn(gradient, 0.01, update);
    for (std::size_t i = 0; i < count; ++i) wanted[i] -= 0.01 * gradient[i];
  }
  const auto held = learner.synapses->weights();
  for (std::size_t i = 0; i < count; ++i) REQUIRE(std::fabs(held[i] - wanted[i]) < 1.01 * step);
  const auto counters = learner.counters();
  CHECK(counters.pulses > 0);
  CHECK(counters.pulses < static_cast<std::int64_t>(count) * 40);
}

TEST_CASE("The sign scheme gives one pulse to every gradient beyond its threshold") {
  Learner learner(on_exact_devices(WriteScheme::sign), zeros());
  auto gradient = std::vector<float>(count, 0.8f);
  gradient[3] = 5;
  gradient[4] = -1;
  const auto change = learner.learn(gradient, 1e-9);
  CHECK(change[2] == 0);
  CHECK(change[3] < 0);
  CHECK(change[4] == Approx(-change[3]));
  CHECK(learner.counters().pulses == 2);
  CHECK(learner.learn(gradient, 0)[3] == 0);  // a matrix that is not to learn
}

TEST_CASE("Stochastic pulses have the mean of the step") {
  Learner learner(on_exact_devices(WriteScheme::stochastic), zeros());
  const float pulse = learner.synapses->matrix()->pulse_weights()[0];
  std::int64_t wanted = 0;
  for (std::uint64_t update = 0; update < 20; ++update) {
    learner.learn(std::vector<float>(count, -pulse), 0.3, update);
    wanted += count;
  }
  // A Bernoulli of 0.3, 12,000 times: within five standard deviations, 0.021.
  CHECK(static_cast<double>(learner.counters().pulses) / static_cast<double>(wanted) ==
        Approx(0.3).margin(0.021));
  learner.learn(std::vector<float>(count, pulse), 7);
  CHECK(learner.counters().events <= wanted);
}

TEST_CASE("Several memories take turns") {
  auto config = on_exact_devices(WriteScheme::multi_memory);
  config.memories = 4;
  Learner learner(config, zeros());
  const float pulse = learner.synapses->matrix()->pulse_weights()[0];
  CHECK(pulse == Approx(learner.model->pulse_step_us() / (4 * 20.0)));
  const auto change = learner.learn(std::vector<float>(count, -pulse), 5.5);
  CHECK(change[0] == Approx(5 * pulse).epsilon(1e-3));
  const auto& matrix = *learner.synapses->matrix();
  for (const std::size_t pair : {0, 1, 2, 3}) {
    CHECK(matrix.devices(2 * pair).pulses_of()[7] == (pair == 0 ? 2u : 1u));
    CHECK(matrix.devices(2 * pair + 1).counters().pulses == 0);
  }
  learner.learn(std::vector<float>(count, -pulse), 1.5);
  CHECK(matrix.devices(2).pulses_of()[7] == 2);                          // the second one's turn
  CHECK(learner.learn(std::vector<float>(count, -pulse), 0.9)[0] == 0);  // less than a pulse is lost
}

TEST_CASE("Every spike reads its row anew, or all of them one read") {
  auto config = with(WriteScheme::mixed_precision);
  for (const bool fresh : {true, false}) {
    config.fresh_reads = fresh;
    Learner learner(config, std::vector<float>(count, 0.5f));
    learner.synapses->begin_update(RandomKey(3));
    std::vector<float> first(columns), second(columns), again(columns);
    learner.synapses->add_row(2, RandomKey(4), 0, first.data());
    learner.synapses->add_row(2, RandomKey(4), 1, second.data());
    learner.synapses->add_row(2, RandomKey(4), 0, again.data());
    CHECK(first == again);
    CHECK((first == second) == !fresh);
    const auto written = learner.synapses->weights();
    double error = 0;
    for (std::size_t c = 0; c < columns; ++c)
      error += std::fabs(first[c] - written[2 * columns + c]) / columns;
    CHECK(error > 1e-3);
    CHECK(error < 0.15);  // read noise of two devices, about 0.3 µS, of 8.9 µS a weight of 1
  }
}

TEST_CASE("Devices drift between weight updates, and full pairs are written anew") {
  auto config = with(WriteScheme::sign);
  config.fresh_reads = false;
  config.refresh_every = 40;
  config.refresh_level = 0.5;
  Learner learner(config, std::vector<float>(count, 0.8f));
  const auto mean = [&](std::uint64_t seed) {
    learner.synapses->begin_update(RandomKey(seed));
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      std::vector<float> sums(columns);
      learner.synapses->add_row(row, RandomKey(0), 0, sums.data());
      for (const float weight : sums) sum += weight / count;
    }
    return sum;
  };
  const double fresh = mean(1);
  learner.synapses->advance(86400);
  CHECK(mean(2) / fresh == Approx(std::pow(1 + 86400 / 38.6, -0.04)).margin(0.05));
  const auto programmed = learner.counters().programmed;
  for (std::uint64_t update = 0; update < 40; ++update)
    learner.learn(std::vector<float>(count, update % 2 == 0 ? 1.0f : -1.0f), 1, update);
  CHECK(learner.counters().programmed > programmed);
  SpikingWrites writes;
  writes.add(*learner.synapses->matrix());
  CHECK(writes.devices == 2 * static_cast<std::int64_t>(count));
  CHECK(writes.most_pulses >= 20);
}
