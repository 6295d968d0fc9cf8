// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/lif_network.hpp"

#include <algorithm>

namespace mho {
namespace {

/// One sample on its way through the network.
class Walk {
 public:
  Walk(const LifConfig& config, const Connections& connections, RandomKey key)
      : connections_(connections),
        neurons_(static_cast<std::size_t>(config.neurons)),
        alpha_(config.alpha()),
        kappa_(config.kappa()),
        threshold_(static_cast<float>(config.threshold)),
        input_key_(key.with("input")),
        recurrent_key_(key.with("recurrent")),
        output_key_(key.with("output")) {}

  void potentials(std::size_t t, std::span<const std::uint32_t> inputs,
                  std::span<const std::uint32_t> fired_before, const float* before, float* v) const {
    for (std::size_t j = 0; j < neurons_; ++j) v[j] = alpha_ * before[j];
    for (const auto i : fired_before) {
      const float own = v[i] - threshold_;
      connections_.recurrent.add_row(i, recurrent_key_, t * neurons_ + i, v);
      v[i] = own;  // no connection to itself
    }
    const auto sources = static_cast<std::size_t>(connections_.input.rows());
    for (const auto i : inputs) connections_.input.add_row(i, input_key_, t * sources + i, v);
  }

  void fire(const float* v, SpikeTrain& spikes) const {
    for (std::size_t j = 0; j < neurons_; ++j)
      if (v[j] > threshold_) spikes.add(j);
    spikes.end_step();
  }

  void outputs(std::size_t t, std::span<const std::uint32_t> fired, const float* before, float* y) const {
    const auto outputs = static_cast<std::size_t>(connections_.output.columns());
    for (std::size_t o = 0; o < outputs; ++o) y[o] = kappa_ * before[o];
    for (const auto i : fired) connections_.output.add_row(i, output_key_, t * neurons_ + i, y);
  }

 private:
  const Connections& connections_;
  std::size_t neurons_;
  float alpha_, kappa_, threshold_;
  RandomKey input_key_, recurrent_key_, output_key_;
};

}  // namespace

void run_lif(const LifConfig& config, const Connections& connections, const SpikeTrain& inputs, RandomKey key,
             LifRun& run) {
  const auto neurons = static_cast<std::size_t>(config.neurons);
  const auto outputs = static_cast<std::size_t>(connections.output.columns());
  const auto steps = static_cast<std::size_t>(inputs.steps());
  const Walk walk(config, connections, key);
  const std::vector<float> rest(std::max(neurons, outputs), 0.0f);
  run.potentials.resize(steps * neurons);
  run.outputs.resize(steps * outputs);
  run.spikes.clear();
  const float *v_before = rest.data(), *y_before = rest.data();
  for (std::size_t t = 0; t < steps; ++t) {
    const int step = static_cast<int>(t);
    float *v = run.potentials.data() + t * neurons, *y = run.outputs.data() + t * outputs;
    walk.potentials(t, inputs.at(step), t == 0 ? std::span<const std::uint32_t>{} : run.spikes.at(step - 1),
                    v_before, v);
    walk.fire(v, run.spikes);
    walk.outputs(t, run.spikes.at(step), y_before, y);
    v_before = v;
    y_before = y;
  }
}

}  // namespace mho
