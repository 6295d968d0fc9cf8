// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spiking_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

std::vector<float> draw_weights(double gain, int rows, std::size_t count, RandomKey key) {
  std::vector<float> weights(count);
  fill_normal(key, weights);
  const auto deviation = static_cast<float>(gain * std::sqrt(2.0 / rows));
  for (float& weight : weights) weight *= deviation;
  return weights;
}

}  // namespace

SpikingNetwork::SpikingNetwork(const SpikingConfig& config, int inputs, int outputs, RandomKey key)
    : config_(config),
      model_(make_device_model(config.device, config.g_max_us, config.device_parameters)),
      input_(make(inputs, config.lif.neurons, key.with("input"))),
      recurrent_(make(config.lif.neurons, config.lif.neurons, key.with("recurrent"))),
      output_(make(config.lif.neurons, outputs, key.with("output"))),
      feedback_(draw_weights(config.initial_gain, config.lif.neurons,
                             static_cast<std::size_t>(outputs) * static_cast<std::size_t>(config.lif.neurons),
                             key.with("feedback"))) {}

std::unique_ptr<Synapses> SpikingNetwork::make(int rows, int columns, RandomKey key) const {
  const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  return make_synapses(config_, *model_, rows, columns,
                       draw_weights(config_.initial_gain, rows, count, key.with("initial weights")),
                       key.with("devices"));
}

void SpikingNetwork::begin_update(RandomKey key) {
  input_->begin_update(key.with("input"));
  recurrent_->begin_update(key.with("recurrent"));
  output_->begin_update(key.with("output"));
}

void SpikingNetwork::add_gradients(const LifRun& run, const SpikeTrain& inputs, std::span<const float> errors,
                                   EpropGradients& gradients) const {
  add_eprop_gradients(config_.lif, run, inputs,
                      {errors, feedback_, config_.target_rate_hz, config_.rate_regularisation}, gradients);
}

void SpikingNetwork::learn(EpropGradients& gradients, double part, double seconds, RandomKey key) {
  if (config_.clip_gradient > 0) gradients.clip(static_cast<float>(config_.clip_gradient));
  for (auto* synapses : {input_.get(), recurrent_.get(), output_.get()})
    synapses->advance(seconds + config_.pause_s);
  input_->learn(gradients.input, part * config_.rates.input, key.with("input"));
  recurrent_->learn(gradients.recurrent, part * config_.rates.recurrent, key.with("recurrent"));
  output_->learn(gradients.output, part * config_.rates.output, key.with("output"));
}

SpikingWrites SpikingNetwork::writes() const {
  SpikingWrites writes;
  for (const auto* synapses : this->synapses())
    if (synapses->matrix()) writes.add(*synapses->matrix());
  return writes;
}

void check_finite(const LifRun& run, int update) {
  for (const auto* states : {&run.potentials, &run.outputs})
    if (!std::all_of(states->begin(), states->end(), [](float value) { return std::isfinite(value); }))
      throw RunError(fmt::format(
          "spiking network: expected finite potentials, got others after {} weight updates; use smaller "
          "spiking.*_learning_rate or a smaller spiking.weight_bound",
          update));
}

}  // namespace mho
