// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/core_memories.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("a core can read what it made or was sent, and nothing else") {
  const Architecture net = two_layers();  // node 1: 4x4x2
  CoreMemories memories(net, 3, "chip");
  CHECK(memories.find(0, 1) == nullptr);
  float* made = memories.open(0, 1);
  std::fill_n(made, 8, 1.0F);  // both channels of pixels 0 to 3
  CHECK(memories.require(0, 1, {0, 2}, {0, 4}) == made);
  CHECK_THROWS_AS(memories.require(0, 1, {0, 2}, {0, 5}), DataError);
  CHECK(memories.move(0, 2, {1, {1, 1}, {2, 2}}) == 2);
  CHECK(memories.require(2, 1, {1, 1}, {2, 2})[2 * 2 + 1] == 1.0F);
  CHECK_THAT(
      message_of<DataError>([&] {
        memories.require(2, 1, {0, 1}, {2, 2});
      }),
      ContainsSubstring("chip: links.json, schedule.json: expected core 2 to make, or to be sent, all that "
                        "it reads of layer 'conv'"));
  CHECK_THAT(message_of<DataError>([&] {
               memories.require(off_chip, 1, {0, 1}, {2, 2});
             }),
             ContainsSubstring("chip: links.json, schedule.json: expected the outside to"));
  CHECK_THROWS_AS(memories.move(1, 2, {1, {0, 1}, {0, 1}}), DataError);
  memories.forget(1);
  CHECK(memories.find(2, 1) == nullptr);
}

}  // namespace mho
