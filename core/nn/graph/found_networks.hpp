// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace mho {

/// Winners of mho's searches that the documentation tells of (docs/analognas.md, docs/tasks.md): a name, the
/// file's in configs/networks, and the architecture's JSON text. Weights are not among it.
const std::map<std::string, std::string>& found_networks();

}  // namespace mho
