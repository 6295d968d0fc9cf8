// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export/export.hpp"

namespace mho {

/// The export's tables for spreadsheets (RFC 4180, a header line, the same figures as the JSON files).
std::string cores_csv(const ChipExport& what);
std::string links_csv(const ChipExport& what);
/// Both timelines, "one_image" and "pipelined" in the first column.
std::string schedule_csv(const ChipExport& what);

}  // namespace mho
