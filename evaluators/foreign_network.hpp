// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/files/safetensors.hpp"
#include "core/nn/graph/shape.hpp"
#include "evaluators/evaluate.hpp"

namespace mho {

/// A network in a file that mho itself cannot read (ONNX), as the host language reads it.
struct ForeignNetwork {
  std::string architecture;                    ///< JSON text
  std::map<std::string, NamedTensor> weights;  ///< as in weights.safetensors
  std::vector<std::string> notes = {};         ///< what the user has to know, a line each
};

/// Reads such a file. The shape is that of the task's images, where there is a task: it decides what the file
/// leaves open. Throws InputError (file, node, expected, got).
using NetworkReader = std::function<ForeignNetwork(const std::filesystem::path&, std::optional<Shape>)>;

/// Checks it as a winner folder is checked; `where` stands for the file in messages. Throws ArchitectureError
/// or DataError.
Candidate to_candidate(ForeignNetwork network, const std::string& where);

}  // namespace mho
