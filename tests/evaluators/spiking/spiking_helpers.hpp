// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "evaluators/spiking/lif_network.hpp"

namespace mho::test {

inline std::vector<float> normal_weights(std::size_t count, float deviation, RandomKey key) {
  std::vector<float> weights(count);
  fill_normal(key, weights);
  for (float& weight : weights) weight *= deviation;
  return weights;
}

/// A network that spikes, its input, and made-up errors and feedback.
struct SmallNetwork {
  SmallNetwork(std::size_t inputs, std::size_t neurons, std::size_t outputs, std::size_t steps)
      : input(matrix(inputs, neurons, 0.08f, 1)),
        recurrent(matrix(neurons, neurons, 0.05f, 2)),
        output(matrix(neurons, outputs, 0.3f, 3)),
        feedback(normal_weights(outputs * neurons, 1, RandomKey(4))),
        errors(normal_weights(steps * outputs, 1, RandomKey(5))) {
    config.lif.neurons = static_cast<int>(neurons);
    config.lif.tau_s = 0.02;  // other than tau_out, so that no filter stands for the other
    config.rate_regularisation = 1e-2;
    Random draws(RandomKey(6));
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t i = 0; i < inputs; ++i)
        if (draws.chance(0.2)) spikes.add(i);
      spikes.end_step();
    }
  }
  Connections connections() const { return {input, recurrent, output}; }

  NumberSynapses input, recurrent, output;
  std::vector<float> feedback, errors;
  SpikeTrain spikes;
  SpikingConfig config;

 private:
  static NumberSynapses matrix(std::size_t rows, std::size_t columns, float deviation, std::uint64_t seed) {
    return {static_cast<int>(rows), static_cast<int>(columns),
            normal_weights(rows * columns, deviation, RandomKey(seed))};
  }
};

}  // namespace mho::test
