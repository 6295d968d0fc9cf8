// SPDX-License-Identifier: Apache-2.0
// What a simulated chip counts and refuses; tests/evaluators/test_chip_simulation.cpp holds it to the engine.
#include "core/chip/simulate/simulator.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

/// Writes resnet8 on a chip of small crossbars; `edit` changes one of its files.
template <class Edit>
std::string error_after(const std::string& file, Edit&& edit) {
  const TemporaryFolder folder;
  const Architecture net = builtin("resnet8");
  const ChipConfig chip = small_chip(6, 6, 64);
  HardwareConfig hardware;
  hardware.crossbar_rows = hardware.crossbar_columns = 64;
  const Mapping mapping = map_onto_chip(net, chip).mapping.value();
  export_chip(folder.path(), {net, drawn_parameters(net, 7), hardware, chip, mapping});
  auto json = Json::parse(read_text_file(folder / file));
  edit(json);
  write_file_atomically(folder / file, json.dump());
  return message_of<DataError>([&] { ChipSimulator(folder.path()).count_cost(); });
}

}  // namespace

TEST_CASE("a simulated chip needs every product, once, one a tick, and every partial sum") {
  CHECK(error_after("schedule.json", [](Json&) {}) == "");
  const auto steps = [](auto edit) {
    return error_after("schedule.json", [&](Json& json) { edit(json["pipelined"]["steps"]); });
  };
  CHECK_THAT(steps([](Json& list) { list.erase(list.size() - 1); }),
             ContainsSubstring("/schedule.json: expected products that complete layer"));
  CHECK_THAT(steps([](Json& list) { list.push_back(list.back()); }),
             ContainsSubstring("/schedule.json: block ") && ContainsSubstring("next, found"));
  CHECK_THAT(error_after("schedule.json", [](Json& json) { json["pipelined"]["interval"] = 1; }),
             ContainsSubstring("/schedule.json: ") && ContainsSubstring("doing two at tick 0 of every 1"));
  CHECK_THAT(error_after("schedule.json", [](Json& json) { json["pipelined"]["interval"] = 0; }),
             ContainsSubstring("interval from 1"));
  const auto split = [](Json& json) -> Json& {
    for (Json& core : json["cores"])
      for (Json& block : core["blocks"])
        if (block["row_split"] == 1) return block;
    throw std::runtime_error("no layer is split");
  };
  CHECK_THAT(error_after("cores.json", [&](Json& json) { split(json)["partial_sums_from"] = -1; }),
             ContainsSubstring("partial sums from the row split before it"));
}

}  // namespace mho
