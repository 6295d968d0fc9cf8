// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mho {

/// What is wrong with an export folder; empty when nothing is. Looks for missing files and files that are no
/// part of an export, another format version, JSON that breaks its schema; then, if all that is good, whether
/// the files fit together: sums of cells, targets within the device's range, tables as long as what they
/// list, and a simulated image that needs nothing that is missing and costs what the folder predicts. Throws
/// DataError when there is no such folder.
std::vector<std::string> check_export(const std::filesystem::path& folder);

}  // namespace mho
