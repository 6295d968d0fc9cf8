// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/base/random.hpp"
#include "evaluators/evaluate.hpp"
#include "evaluators/foreign_network.hpp"

namespace mho {

/// The network that search.from names, a winner folder or an ONNX file; nothing for "". Throws DataError,
/// ArchitectureError, or ConfigError for an ONNX file without a `reader`.
std::optional<Candidate> load_ancestor(const std::string& from, const NetworkReader& reader);

/// Weights that a candidate's training starts from: of every layer that the ancestor has under the same name
/// with numbers of the same sizes, the ancestor's; of all others those drawn from `key`, as without an
/// ancestor.
Parameters inherited_parameters(const Architecture& heir, const Candidate& ancestor, RandomKey key);

}  // namespace mho
