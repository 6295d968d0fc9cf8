// SPDX-License-Identifier: Apache-2.0
#include "core/chip/chip.hpp"

#include <set>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

const std::filesystem::path hermes64 = std::filesystem::path(MHO_SOURCE_DIR) / "configs/chips/hermes64.toml";

std::string as_toml(ChipConfig chip) {
  return write_config({{"chip", "", [&chip](FieldVisitor& visitor) { chip.fields(visitor); }}});
}

std::string load_error(const std::string& text) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "chip.toml", text);
  return message_of<ConfigError>([&] { load_chip(folder.path() / "chip.toml"); });
}

}  // namespace

TEST_CASE("hermes64.toml holds the built-in defaults, every one of them") {
  CHECK(as_toml(load_chip(hermes64)) == as_toml(ChipConfig{}));

  struct Names : FieldVisitor {
    void field(std::string_view name, FieldValue, const Allowed&, std::string_view help) override {
      names.insert(std::string(name));
      CHECK(!help.empty());
    }
    std::set<std::string> names;
  } visitor;
  ChipConfig chip;
  chip.fields(visitor);
  const std::string text = read_text_file(hermes64);
  for (const std::string& name : visitor.names) CHECK_THAT(text, ContainsSubstring("\n" + name + " = "));
}

TEST_CASE("the chip's numbers agree with the published throughput and efficiency") {
  const ChipConfig chip;
  const double operations = 2.0 * chip.crossbar_rows * chip.crossbar_columns;
  CHECK(chip.cores() == 64);
  CHECK(chip.cores() * operations / chip.mvm_time_s == Approx(63.1e12).epsilon(0.01));
  CHECK(chip.peak_efficiency() == Approx(9.76).epsilon(0.01));
}

TEST_CASE("four phases are slower and less efficient by the published ratio") {
  ChipConfig chip;
  chip.phases = 4;
  const double operations = 2.0 * chip.crossbar_rows * chip.crossbar_columns;
  CHECK(chip.cores() * operations / chip.product_time_s() == Approx(16.1e12).epsilon(0.01));
  CHECK(chip.peak_efficiency() == Approx(2.48).epsilon(0.01));
}

TEST_CASE("hermes64_512 differs in its crossbars and what follows from them") {
  const ChipConfig chip = load_chip(hermes64.parent_path() / "hermes64_512.toml");
  CHECK(chip.name == "hermes64_512");
  CHECK((chip.crossbar_rows == 512 && chip.crossbar_columns == 512 && chip.cores() == 64));
  CHECK(chip.peak_efficiency() == Approx(16.6).epsilon(0.01));
  CHECK(chip.from_hermes64.empty());
  CHECK_FALSE(chip.is_hermes64());
}

TEST_CASE("keys that a chip file leaves out are named, and stay named in a copy of the chip") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "chip.toml";
  CHECK(load_chip(hermes64).from_hermes64.empty());
  CHECK(load_chip(hermes64).is_hermes64());
  std::string text = read_text_file(hermes64);
  for (const std::string line : {"phases = 1\n", "four_phase_mvm_time_s = 521e-9\n", "link_ends = []\n"})
    text.erase(text.find("\n" + line) + 1, line.size());
  write_file_atomically(file, text);
  const ChipConfig chip = load_chip(file);
  CHECK(chip.from_hermes64 == std::vector<std::string>{"phases", "four_phase_mvm_time_s"});
  write_file_atomically(file, as_toml(chip));
  CHECK(load_chip(file).from_hermes64 == chip.from_hermes64);
}

TEST_CASE("a chip file's mistakes are told with their place") {
  CHECK_THAT(load_error("[chip]\ngrid_row = 4\n"), ContainsSubstring("grid_rows"));
  CHECK_THAT(load_error("[chip]\ngrid_row = 4\n"), ContainsSubstring("chip.toml:2"));
  CHECK_THAT(load_error("[chip]\ngrid_rows = 0\n"), ContainsSubstring("grid_rows"));
  CHECK_THAT(load_error("[chip]\nmvm_time_s = 0.0\n"), ContainsSubstring("mvm_time_s"));
  CHECK_THAT(load_error("[chip]\nmvm_energy_j = \"low\"\n"), ContainsSubstring("mvm_energy_j"));
  CHECK_THAT(load_error("[chips]\n"), ContainsSubstring("chip"));
  CHECK_THAT(load_error("[chip]\nlink_energy_low_j_per_bit = 1e-12\n"),
             ContainsSubstring("chip.toml") && ContainsSubstring("link_energy: expected low <= high"));
  CHECK_THAT(load_error("[chip]\nphases = 2\n"), ContainsSubstring("expected 1 or 4, got 2"));
  CHECK_THAT(load_error("[chip]\nlink_graph = \"torus\"\n"), ContainsSubstring("row_column"));
  CHECK_THAT(load_error("[chip]\nlink_graph = \"list\"\nlink_ends = [0, 1]\n"),
             ContainsSubstring("chip.toml") && ContainsSubstring("core 0 cannot reach"));
  CHECK_THROWS_AS(load_chip("no/such/chip.toml"), ConfigError);
}

}  // namespace mho
