// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/nn/graph/architecture.hpp"

namespace mho {

/// A network that `mho bench` measures.
struct BenchNetwork {
  std::string name;  ///< "resnet8-b64"
  Architecture architecture;
  int batch = 64;
  bool training_only = false;  ///< another batch of a network whose other rows are measured already
  bool on_chip = false;        ///< also trained on the chip
};

/// The networks of the bench: the reference networks of TinyML, and one of the search's own space.
std::vector<BenchNetwork> bench_networks();

}  // namespace mho
