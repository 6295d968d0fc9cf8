// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

/// The folder `name` of the optional real data (MHO_DATA_DIR, or shared/data beside the repository), or
/// nothing and one printed line when it is absent: then the test that asked has nothing to check.
inline std::optional<std::filesystem::path> real_data(const std::string& name) {
  const char* variable = std::getenv("MHO_DATA_DIR");
  const std::filesystem::path root =
      variable ? std::filesystem::path(variable) : std::filesystem::path(MHO_SOURCE_DIR) / "../shared/data";
  if (std::filesystem::is_directory(root / name)) return root / name;
  std::cout << "skipped: no real data in " << (root / name).lexically_normal().string()
            << " (set MHO_DATA_DIR)\n";
  return std::nullopt;
}
