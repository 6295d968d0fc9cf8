// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/row_cut.hpp"
#include "core/chip/export/export.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {

/// Ticks of one image's work: schedule.json's "one_image" or "pipelined".
struct Timeline {
  std::int64_t interval = 0;
  std::int64_t fill = 0;
  std::vector<Step> steps;  ///< in the order of their first ticks
};

/// A transfer of links.json with what it carries.
struct ExportedLink {
  Link link;
  std::vector<LinkPart> parts;
};

/// All that an export folder says, as a chip would be set up from it.
struct ExportedChip {
  ExportedChip(std::filesystem::path from, ImportedChip imported)
      : folder(std::move(from)), network(std::move(imported)) {}

  /// The path of one of its files, for messages.
  std::string file(const char* name) const { return (folder / name).string(); }

  std::filesystem::path folder;  ///< that it was read from
  ImportedChip network;          ///< its matrices' weights are not used: the conductances are
  ChipConfig chip;
  std::vector<Block> blocks;           ///< in the order of their numbers
  std::map<int, RowCut> row_cuts;      ///< by node, of crossbar layers
  std::vector<int> partial_sums_from;  ///< by block: another block, or -1
  /// By node, of crossbar layers: weight of a unit of (G+ - G-) / g_max, [row split * columns + column].
  std::map<int, std::vector<float>> scales;
  std::vector<Homes> homes;  ///< by node; of crossbar layers empty: where their last row splits lie
  std::vector<ExportedLink> links;
  bool products_shared = false;  ///< blocks of one core may fire in the same product
  Timeline one_image, pipelined;
  Cost predicted;  ///< as far as schedule.json says
};

/// Reads a folder that export_chip wrote; nothing else is looked at. Checks types, names, ranges, that blocks
/// cover their matrices and that only their cells have targets, finite and not below 0; what a run of it
/// needs beyond that is checked by running (ChipSimulator). Throws DataError (file, expected, found), also
/// for a folder of another format version.
ExportedChip read_export(const std::filesystem::path& folder);

}  // namespace mho
