// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "core/nn/architecture.hpp"

namespace mho {

/// The architecture as JSON text (format "mho-architecture-1"): name, input [h, w, c], layers with kind,
/// inputs and attributes. read_architecture_json(to_json(a)) gives the same graph.
std::string to_json(const Architecture& architecture);

/// Reads that text; `where` names its source in messages. Throws ArchitectureError naming the node: unknown
/// layer kind or key (did-you-mean), wrong type, and everything that Architecture's constructor refuses.
Architecture read_architecture_json(const std::string& text, const std::string& where);

/// Reads a file. Throws DataError when it is missing.
Architecture load_architecture(const std::filesystem::path& file);

}  // namespace mho
