// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/files/safetensors.hpp"

namespace mho {

/// What of a CrossbarMatrix is numbers: scales, targets and references by plane, and what drift is measured
/// by. The devices save themselves.
struct CrossbarSnapshot {
  std::vector<float> scales;    ///< ConductanceTargets::scales
  std::vector<float> baseline;  ///< DriftCompensation::baseline; empty without one
  std::vector<std::vector<float>> targets_us, references_us;
};

/// Where a plane's tensors are, and of how many devices.
struct SavedPlane {
  std::string label;
  std::size_t devices = 0;
};

/// Adds it as tensors whose names begin with `prefix`.
void save_snapshot(const CrossbarSnapshot& snapshot, const std::vector<SavedPlane>& planes,
                   const std::string& prefix, std::map<std::string, NamedTensor>& tensors);
/// The snapshot of a matrix with so many scales and these planes. Throws DataError (tensor, expected, found).
CrossbarSnapshot load_snapshot(std::size_t scales, const std::vector<SavedPlane>& planes,
                               const std::string& prefix, const std::map<std::string, NamedTensor>& tensors);

}  // namespace mho
