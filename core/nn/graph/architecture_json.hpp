// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/nn/graph/architecture.hpp"

namespace mho {

/// The architecture as JSON text: "format" ("mho-architecture-1"), "name", "input" [height, width, channels],
/// "preprocessing" {"mean": [a channel], "standard_deviation": [a channel]} where it is known, and "layers",
/// one a line, each with "name", "kind" (see layer_name), "inputs" and its attributes:
/// - conv2d: "out_channels", "kernel" [height, width] or one number for both, "stride" likewise, "padding" ("same" or
///   [top, bottom, left, right]), "groups" (1 if left out), "bias" (false if left out)
/// - max_pool, average_pool: "kernel", "stride", "padding"
/// - dense: "out_features", "bias" (true if left out); batch_norm: "epsilon" (1e-5 if left out)
/// - clip: "low", "high"; leaky_relu: "slope"
/// - relu, sigmoid, tanh, global_average_pool, add, concat and softmax_cross_entropy, the end: none
/// read_architecture_json(to_json(a)) gives the same graph.
std::string to_json(const Architecture& architecture);

/// Reads that text; `where` names its source in messages. Throws ArchitectureError naming the node: unknown
/// layer kind or key (did-you-mean), a missing or double key, wrong type, text that is not JSON, and
/// everything that Architecture's constructor refuses.
Architecture read_architecture_json(const std::string& text, const std::string& where);

/// Reads a file. Throws DataError when it is missing.
Architecture load_architecture(const std::filesystem::path& file);

}  // namespace mho
