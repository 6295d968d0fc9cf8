// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/base/files/safetensors.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/run/optimizer.hpp"

namespace mho {

/// Where a training stands at the end of an epoch: with the same architecture, data, configuration and key it
/// goes on to the same bits. Random numbers are keyed by step and need no state.
struct TrainingCheckpoint {
  int epochs_done = 0;
  Parameters parameters;
  OptimizerState optimizer;
  std::map<std::string, NamedTensor> store = {};  ///< WeightStore::save: devices, accumulators
};

/// Writes weights, running statistics and moments as safetensors, atomically. Throws RunError.
void save_checkpoint(const std::filesystem::path& file, const TrainingCheckpoint& checkpoint);

/// Reads one back. Throws DataError naming the file for one that is not of `architecture`.
TrainingCheckpoint load_checkpoint(const std::filesystem::path& file, const Architecture& architecture);

}  // namespace mho
