// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spiking_chips.hpp"

#include "evaluators/spiking/device_synapses.hpp"

namespace mho {
namespace {

NumberSynapses as_numbers(const Synapses& synapses) {
  return {synapses.rows(), synapses.columns(), synapses.weights()};
}

NumberSynapses read_matrix(const CrossbarMatrix& matrix, double ahead_s, RandomKey key) {
  return {matrix.rows(), matrix.columns(), weights_of(matrix.read(ahead_s, key), matrix.columns())};
}

}  // namespace

HeldConnections::HeldConnections(const SpikingNetwork& network)
    : input(as_numbers(*network.synapses()[0])),
      recurrent(as_numbers(*network.synapses()[1])),
      output(as_numbers(*network.synapses()[2])) {}

SpikingChip::SpikingChip(const SpikingConfig& config, const SpikingNetwork& network, RandomKey key) {
  for (const auto* synapses : network.synapses()) {
    const RandomKey matrix_key = key.with("matrix", matrices_.size());
    if (const auto* trained = synapses->matrix()) {
      matrices_.push_back(*trained);
      matrices_.back().start_compensation(matrix_key);
    } else {
      matrices_.push_back(program_synapses(config, network.model(), *synapses, {}, matrix_key));
    }
  }
}

HeldConnections SpikingChip::read(double ahead_s, RandomKey key) const {
  return {read_matrix(matrices_[0], ahead_s, key.with("input")),
          read_matrix(matrices_[1], ahead_s, key.with("recurrent")),
          read_matrix(matrices_[2], ahead_s, key.with("output"))};
}

}  // namespace mho
