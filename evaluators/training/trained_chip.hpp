// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "evaluators/training/write_counts.hpp"

namespace mho {

/// The devices that a training leaves behind. Copies of a matrix are the same devices, whose model this owns.
struct TrainedChip {
  std::shared_ptr<const DeviceModel> model;
  std::vector<std::unique_ptr<CrossbarMatrix>> matrices;  ///< one a node; null where there is no crossbar
  RandomKey key{0};                                       ///< of the chip: its columns' deviations
  WriteCounts writes;
};

}  // namespace mho
