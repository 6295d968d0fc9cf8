// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// The mapping in Markdown: what it costs and where the energy goes, layers, cores, the busiest links, what
/// the numbers leave out, and what has to stand before the network (`features`, a JSON object; empty for
/// nothing).
std::string write_report(const Architecture& architecture, const ChipConfig& chip, const Mapping& mapping,
                         const std::string& features = "");

}  // namespace mho
