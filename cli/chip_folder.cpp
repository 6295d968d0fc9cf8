// SPDX-License-Identifier: Apache-2.0
#include "cli/chip_folder.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/chip/export/export.hpp"

namespace mho {

Mapping write_chip_folder(const std::filesystem::path& folder, const Candidate& candidate,
                          const EvaluationTables& tables) {
  const auto& [network, parameters, features] = candidate;
  const auto architecture = network.with_digital_layers(tables.hardware.digital_layers);
  auto mapped = map_onto_chip(architecture, tables.chip, tables.mapping, MappingMode::full);
  if (!mapped.mapping)
    throw MappingError(
        fmt::format("{} on chip {}: {}", architecture.name(), tables.chip.name, mapped.reason));
  export_chip(folder, {architecture, parameters, tables.hardware, tables.chip, *mapped.mapping, features});
  return std::move(*mapped.mapping);
}

}  // namespace mho
