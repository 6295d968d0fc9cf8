// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <regex>
#include <string>

#include "core/base/files/text_file.hpp"

namespace mho::testing {

inline std::string without_wall_times(const std::filesystem::path& file) {
  return std::regex_replace(read_text_file(file), std::regex(",\"wall_s\":[^}]*"), "");
}

/// Everything that a finished run leaves and that must not depend on how it came to be.
inline std::string remains(const std::filesystem::path& run) {
  std::string text = without_wall_times(run / "trials.jsonl") + read_text_file(run / "front.csv");
  for (const auto& winner : {"0", "1"})
    text += read_text_file(run / "winners" / winner / "weights.safetensors") +
            read_text_file(run / "winners" / winner / "architecture.json");
  return text;
}

}  // namespace mho::testing
