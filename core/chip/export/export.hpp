// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/analog/hardware.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// Everything that the export folder is written from.
struct ChipExport {
  const Architecture& architecture;
  const Parameters& parameters;
  const HardwareConfig& hardware;
  const ChipConfig& chip;
  const Mapping& mapping;
  /// What has to stand before the network, a JSON object that becomes features.json and a part of report.md;
  /// empty where nothing has to.
  std::string features = {};
};

/// Writes the files of export_files (docs/chip.md says what each holds) into `folder`. targets.npz holds
/// "conductances" [core, row, column, 4] float32 µS in the order G1+, G2+, G1-, G2-, "used" [core, row,
/// column] uint8 and "adc_tolerance_counts" [1] int32, the margin of program-and-verify; core = grid row x
/// grid columns
/// + grid column. Throws RunError, and MappingError naming the layer for parameters that are missing, of a
/// wrong size or not finite, or when crossbars of hardware and chip differ.
void export_chip(const std::filesystem::path& folder, const ChipExport& what);

/// The names of an export's files, and whether each is always there (digital_weights.safetensors is there
/// where the network has grouped convolutions or digital layers, features.json where the data were made of
/// recordings).
const std::map<std::string, bool>& export_files();
/// Where the schema of a JSON file lies: "schemas/cores.schema.json".
std::string schema_file(const std::string& json_file);

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
