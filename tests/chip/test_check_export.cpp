// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/check_export.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/text_file.hpp"
#include "core/chip/export/export.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

void write_example(const std::filesystem::path& folder,
                   MappingObjective objective = MappingObjective::cores) {
  const Architecture net = builtin("ds_cnn");
  const ChipConfig chip = small_chip(4, 4, 64);
  HardwareConfig hardware;
  hardware.crossbar_rows = hardware.crossbar_columns = 64;
  MappingConfig config;
  config.objective = objective;
  const Mapping mapping = map_onto_chip(net, chip, config).mapping.value();
  export_chip(folder, {net, drawn_parameters(net, 7), hardware, chip, mapping});
}

/// The problems of a folder after `damage` was done to it, one a line.
template <class Damage>
std::string problems_after(Damage&& damage) {
  const TemporaryFolder folder;
  write_example(folder.path());
  damage(folder.path());
  std::string text;
  for (const auto& problem : check_export(folder.path())) text += problem + "\n";
  return text;
}

template <class Edit>
std::string problems_after_edit(const std::string& file, Edit&& edit) {
  return problems_after([&](const std::filesystem::path& folder) {
    auto json = Json::parse(read_text_file(folder / file));
    edit(json);
    write_file_atomically(folder / file, json.dump());
  });
}

}  // namespace

TEST_CASE("a fresh export has no problems, whatever it was mapped for") {
  for (const auto objective : all_values<MappingObjective>()) {
    const TemporaryFolder folder;
    write_example(folder.path(), objective);
    CHECK(check_export(folder.path()).empty());
  }
  CHECK_THROWS_AS(check_export("no/such/folder"), DataError);
}

TEST_CASE("missing and foreign files are told") {
  for (const char* name : {"io.json", "targets.npz", "network.onnx", "links.csv", "schemas/io.schema.json"})
    CHECK_THAT(problems_after([&](const auto& folder) { std::filesystem::remove(folder / name); }),
               ContainsSubstring(name) && ContainsSubstring("found none"));
  CHECK_THAT(problems_after(
                 [](const auto& folder) { write_file_atomically(folder / "notes.txt", std::string("x")); }),
             ContainsSubstring("notes.txt: expected no file of this name"));
}

TEST_CASE("a folder of another version is told once a file") {
  CHECK_THAT(problems_after_edit("links.json", [](Json& json) { json["format"] = "mho-chip-1"; }),
             ContainsSubstring("links.json: expected the format 'mho-chip-2', found \"mho-chip-1\""));
  CHECK_THAT(problems_after_edit("schemas/io.schema.json", [](Json& json) { json["title"] = "other"; }),
             ContainsSubstring("io.schema.json"));
}

TEST_CASE("values that break the schema are told with their place") {
  CHECK_THAT(problems_after_edit("cores.json", [](Json& json) { json["cores"][0]["blocks"][0]["rows"] = 0; }),
             ContainsSubstring("cores[0]: blocks[0]: rows: expected at least 1, found 0"));
  CHECK_THAT(problems_after_edit("io.json", [](Json& json) { json["crossbar_layers"][0]["speed"] = 1; }),
             ContainsSubstring("unknown key 'speed'"));
  CHECK_THAT(problems_after_edit("links.json", [](Json& json) { json["links"][0]["kind"] = "magic"; }),
             ContainsSubstring("kind: expected one of"));
}

TEST_CASE("sums, ranges and counts that do not fit together are told") {
  CHECK_THAT(problems_after_edit("cores.json", [](Json& json) { json["cores"][0]["used_cells"] = 1; }),
             ContainsSubstring("the sum of its blocks, found 1"));
  CHECK_THAT(problems_after_edit("schedule.json", [](Json& json) { json["predicted"]["bit_hops"] = 1; }),
             ContainsSubstring("bit_hops") && ContainsSubstring("found 1"));
  CHECK_THAT(
      problems_after_edit("links.json", [](Json& json) { json["links"].erase(json["links"].size() - 1); }),
      ContainsSubstring("to make, or to be sent, all that it reads of layer"));
  CHECK_THAT(problems_after_edit("links.json", [](Json& json) { json["links"][0]["bits_per_image"] = 8; }),
             ContainsSubstring("/links.json: layer '") && ContainsSubstring("bits an image, found 8"));
  CHECK_THAT(problems_after_edit("schedule.json", [](Json& json) { json["pipelined"]["steps"].erase(0); }),
             ContainsSubstring("schedule.json"));
  CHECK_THAT(problems_after_edit("schedule.json",
                                 [](Json& json) {
                                   for (const char* key : {"start", "finish"}) {
                                     Json& tick = json["one_image"]["steps"][1][key];
                                     tick = tick.get<int>() - 1;
                                   }
                                 }),
             ContainsSubstring("before its input is complete"));
  CHECK_THAT(problems_after([](const auto& folder) {
               write_file_atomically(folder / "cores.csv", std::string("core\n"));
             }),
             ContainsSubstring("cores.csv"));
}

TEST_CASE("targets that no device can hold, or in cells without a weight, are told") {
  const auto change = [](auto edit) {
    return problems_after([&](const std::filesystem::path& folder) {
      auto arrays = read_npz(folder / "targets.npz");
      auto values = arrays.at("conductances").as_float();
      edit(values);
      arrays.at("conductances") = NpyArray::from(values, arrays.at("conductances").shape);
      write_npz(folder / "targets.npz", arrays);
    });
  };
  CHECK_THAT(change([](auto& values) { values[0] = 26; }), ContainsSubstring("up to 25 µS, found 26"));
  CHECK_THAT(change([](auto& values) { values[0] = -1; }),
             ContainsSubstring("expected a finite number from 0, got -1"));
  CHECK_THAT(change([](auto& values) { values[0] = std::numeric_limits<float>::quiet_NaN(); }),
             ContainsSubstring("got nan"));
  CHECK_THAT(change([](auto& values) { values.back() = 1; }),
             ContainsSubstring("expected 0 µS in a cell without a weight, found 1"));
}

}  // namespace mho
