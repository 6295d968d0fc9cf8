// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/analog/hardware.hpp"
#include "core/chip/layer_targets.hpp"
#include "core/chip/mapping.hpp"

namespace mho {

/// Everything that the export folder is written from.
struct ChipExport {
  const Architecture& architecture;
  const Parameters& parameters;
  const HardwareConfig& hardware;
  const ChipConfig& chip;
  const Mapping& mapping;
};

/// Writes targets.npz, cores.json, io.json, links.json, schedule.json, architecture.json, floorplan.svg and
/// report.md (format "mho-chip-1") into `folder`, and digital_weights.safetensors where the network has
/// grouped convolutions. targets.npz holds "conductances" [core, row, column, 4] float32 uS in the order G1+,
/// G2+, G1-, G2- and "used" [core, row, column] uint8; core = grid row x grid columns + grid column. Throws
/// RunError, and MappingError naming the layer for parameters that are missing, of a wrong size or not
/// finite, or when crossbars of hardware and chip differ.
void export_chip(const std::filesystem::path& folder, const ChipExport& what);

/// The network that an export folder describes, rebuilt from nothing but that folder: weights from the
/// conductances.
struct ImportedChip {
  Architecture architecture;
  Parameters parameters;
  HardwareConfig hardware;
  CoreTargets targets = {};  ///< of the whole chip
};
/// Throws DataError (file, what was expected, what was found), also for a folder of another format version.
ImportedChip import_chip(const std::filesystem::path& folder);

}  // namespace mho
