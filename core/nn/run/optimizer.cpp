// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/optimizer.hpp"

#include <cmath>
#include <numbers>

#include "core/base/parallel.hpp"
#include "core/nn/run/training_network.hpp"

namespace mho {

namespace {

constexpr double adam_second_moment = 0.999, adam_epsilon = 1e-8;

}  // namespace

Optimizer::Optimizer(const OptimizerSettings& settings, const Parameters& parameters)
    : settings_(settings), first_(zero_gradients(parameters)), weight_moments_(parameters.size()) {
  if (settings_.kind != OptimizerKind::sgd) second_ = first_;
  if (settings_.kind == OptimizerKind::lns_madam)
    for (const auto& layer : parameters) grids_.emplace_back(layer.weight);
}

Moments Optimizer::update_weights(size_t node, LayerParameters& parameters, const LayerParameters& gradients,
                                  double learning_rate) {
  FloatBuffer none;  // sgd has no second moment
  auto& second = second_.empty() ? none : second_[node].weight;
  if (grids_.empty())
    return update(parameters.weight, gradients.weight, first_[node].weight, second, learning_rate,
                  settings_.weight_decay);
  const auto key = settings_.key.with("node", node).with("step", static_cast<std::uint64_t>(steps_));
  grids_[node].step(gradients.weight, learning_rate, steps_, key, second, parameters.weight);
  return kernels().moments(parameters.weight.data(), parameters.weight.size());
}

Moments Optimizer::update(FloatBuffer& values, const FloatBuffer& gradient, FloatBuffer& first,
                          FloatBuffer& second, double learning_rate, double decay) const {
  const auto rate = static_cast<float>(learning_rate), momentum = static_cast<float>(settings_.momentum);
  const auto shrink = static_cast<float>(decay);
  const size_t n = values.size();
  if (settings_.kind == OptimizerKind::sgd)
    return kernels().sgd({rate, momentum, shrink}, gradient.data(), n, values.data(), first.data());
  const auto square = static_cast<float>(adam_second_moment), epsilon = static_cast<float>(adam_epsilon);
  const auto momentum_rest = static_cast<float>(1 - settings_.momentum);
  const auto square_rest = static_cast<float>(1 - adam_second_moment);
  const auto first_bias = static_cast<float>(1 - std::pow(settings_.momentum, steps_));
  const auto second_bias = static_cast<float>(1 - std::pow(adam_second_moment, steps_));
  for (size_t i = 0; i < n; ++i) {
    first[i] = momentum * first[i] + momentum_rest * gradient[i];
    second[i] = square * second[i] + square_rest * gradient[i] * gradient[i];
    values[i] -=
        rate * (first[i] / first_bias / (std::sqrt(second[i] / second_bias) + epsilon) + shrink * values[i]);
  }
  return kernels().moments(values.data(), n);
}

void Optimizer::update_range(size_t node, LayerParameters& parameters, const LayerParameters& gradients,
                             double learning_rate) {
  if (settings_.range_rate <= 0 || parameters.input_range <= 0) return;
  FloatBuffer logarithm{std::log(parameters.input_range)}, first{first_[node].input_range};
  FloatBuffer second{second_.empty() ? 0.0f : second_[node].input_range};
  update(logarithm, {gradients.input_range}, first, second, learning_rate * settings_.range_rate, 0);
  parameters.input_range = std::exp(logarithm[0]);
  first_[node].input_range = first[0];
  if (!second_.empty()) second_[node].input_range = second[0];
}

void Optimizer::step(Parameters& parameters, const Parameters& gradients, double learning_rate) {
  ++steps_;
  parallel_for(parameters.size(), [&](size_t i) {
    FloatBuffer none;  // sgd has no second moment
    auto& p = parameters[i];
    const auto& g = gradients[i];
    auto& m = first_[i];
    auto* v = second_.empty() ? nullptr : &second_[i];
    update_range(i, p, g, learning_rate);
    if (is_frozen(i)) return;
    weight_moments_[i] = update_weights(i, p, g, learning_rate);
    update(p.bias, g.bias, m.bias, v ? v->bias : none, learning_rate, 0);
    update(p.gamma, g.gamma, m.gamma, v ? v->gamma : none, learning_rate, 0);
    update(p.beta, g.beta, m.beta, v ? v->beta : none, learning_rate, 0);
  });
}

void Optimizer::restore(const OptimizerState& state) {
  first_ = state.first;
  second_ = state.second;
  steps_ = state.steps;
}

double cosine_schedule(int step, int steps, int warmup, double peak) {
  if (step < warmup) return peak * (step + 1) / warmup;
  const double progress = static_cast<double>(step - warmup) / std::max(1, steps - warmup);
  return peak * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace mho
