// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/pattern.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mho {
namespace {

std::vector<float> draw_target(const SpikingConfig& config, Random draws) {
  constexpr std::array frequencies_hz{1.0, 2.0, 3.0, 5.0};
  std::vector<double> sum(static_cast<std::size_t>(config.steps));
  for (const double frequency_hz : frequencies_hz) {
    const double amplitude = 0.5 + 1.5 * draws.uniform(), phase = 2 * std::numbers::pi * draws.uniform();
    for (std::size_t t = 0; t < sum.size(); ++t)
      sum[t] +=
          amplitude *
          std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(t) * config.lif.step_s + phase);
  }
  double largest = 1e-12;
  for (const double value : sum) largest = std::max(largest, std::fabs(value));
  std::vector<float> target;
  for (const double value : sum) target.push_back(static_cast<float>(value / largest));
  return target;
}

double variance(const std::vector<float>& values) {
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

/// Fills errors with y - target; the mean of their squares.
double compare(const std::vector<float>& output, const std::vector<float>& target,
               std::vector<float>& errors) {
  double sum = 0;
  for (std::size_t t = 0; t < target.size(); ++t) {
    errors[t] = output[t] - target[t];
    sum += double{errors[t]} * errors[t];
  }
  return sum / static_cast<double>(target.size());
}

}  // namespace

Pattern make_pattern(const SpikingConfig& config, RandomKey key) {
  Pattern pattern{{}, draw_target(config, Random(key.with("target")))};
  const double chance = config.input_rate_hz * config.lif.step_s;
  Random draws(key.with("inputs"));
  for (int t = 0; t < config.steps; ++t) {
    for (int i = 0; i < config.inputs; ++i)
      if (draws.chance(chance)) pattern.inputs.add(static_cast<std::size_t>(i));
    pattern.inputs.end_step();
  }
  return pattern;
}

PatternResult run_pattern(const SpikingConfig& config, const std::function<bool(int, double)>& epoch_done) {
  const RandomKey key = RandomKey(config.seed).with("spiking");
  const auto pattern = make_pattern(config, key.with("pattern"));
  const double seconds = config.steps * config.lif.step_s;
  SpikingNetwork network(config, config.inputs, 1, key.with("network"));
  auto gradients = network.gradients();
  PatternResult result;
  LifRun run;
  std::vector<float> errors(pattern.target.size());
  const auto draw = [&](int epoch) {
    const RandomKey run_key = key.with("run", static_cast<std::uint64_t>(epoch));
    network.begin_update(run_key);
    run_lif(config.lif, network.connections(), pattern.inputs, run_key, run);
    check_finite(run, epoch);
    result.events += pattern.inputs.events() + run.spikes.events();
    return compare(run.outputs, pattern.target, errors);
  };
  for (int epoch = 0; epoch < config.epochs && !result.stopped; ++epoch) {
    result.errors.push_back(draw(epoch));
    gradients.clear();
    network.add_gradients(run, pattern.inputs, errors, gradients);
    network.learn(gradients, 1, seconds, key.with("learn", static_cast<std::uint64_t>(epoch)));
    result.stopped = !epoch_done(epoch + 1, result.errors.back());
  }
  result.error = draw(static_cast<int>(result.errors.size()));
  result.normalised_error = result.error / variance(pattern.target);
  result.rate_hz = static_cast<double>(run.spikes.events()) / (config.lif.neurons * seconds);
  result.writes = network.writes();
  result.target = pattern.target;
  result.output = run.outputs;
  return result;
}

}  // namespace mho
