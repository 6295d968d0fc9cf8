// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "evaluators/spiking/spiking_network.hpp"

namespace mho {

/// A network's three matrices as numbers that stay.
struct HeldConnections {
  /// As they were last written.
  explicit HeldConnections(const SpikingNetwork& network);
  HeldConnections(NumberSynapses in, NumberSynapses between, NumberSynapses out)
      : input(std::move(in)), recurrent(std::move(between)), output(std::move(out)) {}
  Connections connections() const { return {input, recurrent, output}; }

  NumberSynapses input, recurrent, output;
};

/// A network's weights on devices that time passes for: those that it was trained on, or, of one whose
/// weights are numbers, fresh ones that were programmed to them, a column's largest weight on a full pair.
class SpikingChip {
 public:
  /// Takes the drift compensation's baseline; draws come from `key`.
  SpikingChip(const SpikingConfig& config, const SpikingNetwork& network, RandomKey key);
  /// One read, `ahead_s` after that.
  HeldConnections read(double ahead_s, RandomKey key) const;

 private:
  std::vector<CrossbarMatrix> matrices_;
};

}  // namespace mho
