// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export_csv.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("tables have a header and a line for each core, link and step, and quote names") {
  const Architecture net("quoted", {1, 1, 300},
                         {{"a,\"b\"", Dense{8, false}, {"input"}}, {"loss", Output{}, {"a,\"b\""}}});
  const ChipConfig chip = small_chip(1, 2, 256);
  MappingConfig config;
  config.packing = PackingMode::none;
  const Mapping mapping = map_onto_chip(net, chip, config).mapping.value();
  const Parameters parameters = drawn_parameters(net, 7);
  const HardwareConfig hardware;
  const ChipExport what{net, parameters, hardware, chip, mapping};
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  CHECK(lines(cores_csv(what)) == 3);  // 300 rows: two blocks, a core each
  CHECK_THAT(cores_csv(what), ContainsSubstring("0,0,0,1,2048,0.031250,1\n"));
  CHECK_THAT(links_csv(what), ContainsSubstring("\"a,\"\"b\"\"\",partial_sum,128,1\n"));
  CHECK(lines(schedule_csv(what)) == 1 + 2 * 2);
}

}  // namespace mho
