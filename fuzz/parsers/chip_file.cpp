// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/chip/chip.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

Parser chip_file() {
  const InputFile file(".toml");
  const auto folder = std::filesystem::path(MHO_SOURCE_DIR) / "configs/chips";
  return {"chip_file",
          {read_text_file(folder / "hermes64.toml"),
           "[chip]\nname = \"ring\"\ngrid_rows = 1\ngrid_columns = 3\nlink_graph = \"list\"\nlink_ends = [0, "
           "1, 1, "
           "2, 2, 0]\nphases = 4\nbuffer_kib = 64\n"},
          [file](const std::string& text) { load_chip(file.write(text)); }};
}

}  // namespace mho::fuzz
