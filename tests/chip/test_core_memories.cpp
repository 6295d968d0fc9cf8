// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/core_memories.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("a core can read what it made or was sent, and nothing else") {
  const Architecture net = two_layers();  // node 1: 4x4x2
  CoreMemories memories(net, 3, "chip", 2);
  memories.start(2);
  CHECK(memories.find(0, 1) == nullptr);
  CHECK(!memories.has_all(0, 1));
  float* made = memories.make(0, 1, {0, 2}, {0, 4});  // both channels of pixels 0 to 3
  for (int image = 0; image < 2; ++image) std::fill_n(made + image * 32, 8, 1.0F + static_cast<float>(image));
  CHECK(memories.require(0, 1, {0, 2}, {0, 4}) == made);
  CHECK(memories.require_numbers(0, 1, 0, 8) == made);
  CHECK_THROWS_AS(memories.require(0, 1, {0, 2}, {0, 5}), DataError);
  CHECK_THROWS_AS(memories.require_numbers(0, 1, 7, 2), DataError);
  CHECK(memories.move(0, 2, {1, {1, 1}, {2, 2}}) == 2);
  const float* sent = memories.require(2, 1, {1, 1}, {2, 2});
  CHECK(sent[2 * 2 + 1] == 1.0F);
  CHECK(sent[32 + 2 * 2 + 1] == 2.0F);
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

TEST_CASE("memory that is used again holds nothing of what it held before") {
  const Architecture net = two_layers();
  CoreMemories memories(net, 1, "chip", 1);
  memories.start(1);
  memories.make(0, 1, {0, 2}, {0, 15});
  CHECK(!memories.has_all(0, 1));
  memories.make(0, 1, {0, 2}, {0, 16});  // numbers that it has already count once
  CHECK(memories.has_all(0, 1));
  memories.start(1);
  CHECK(memories.find(0, 1) == nullptr);
  memories.make(0, 1, {1, 1}, {0, 16});
  CHECK_THROWS_AS(memories.require(0, 1, {0, 2}, {0, 1}), DataError);
}

}  // namespace mho
