// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include <nlohmann/json.hpp>

#include "core/chip/export/check_export.hpp"
#include "core/chip/export/export.hpp"
#include "core/chip/simulate/simulator.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

namespace {

ChipConfig small_chip() {
  ChipConfig chip;
  chip.grid_rows = chip.grid_columns = 2;
  chip.crossbar_rows = chip.crossbar_columns = 16;
  return chip;
}

std::filesystem::path write_export(const std::filesystem::path& folder) {
  HardwareConfig hardware;
  hardware.crossbar_rows = hardware.crossbar_columns = 16;
  const auto architecture = small_network();
  const auto mapping = map_onto_chip(architecture, small_chip()).mapping.value();
  export_chip(folder, {architecture, small_parameters(), hardware, small_chip(), mapping});
  return folder;
}

/// Checks the folder as `mho export --check` does, then runs an image as `mho simulate` does, which looks at
/// no schema.
void check_and_run(const std::filesystem::path& folder) {
  for (const auto& problem : check_export(folder))
    expect(problem.find(folder.string()) != std::string::npos, "a problem without the folder: " + problem);
  const ChipSimulator simulator(folder);
  simulator.count_cost();
}

}  // namespace

Parser chip_folder(const std::string& file) {
  const auto root = std::make_shared<TemporaryFolder>();
  const auto folder = write_export(*root / file_name);
  std::string name = "chip_" + file;
  name.resize(name.find('.'));
  return {name,
          {read_text_file(folder / file)},
          [root, folder, file](const std::string& bytes) {
            overwrite(folder / file, bytes);
            check_and_run(folder);
          },
          {},
          400};
}

}  // namespace mho::fuzz
