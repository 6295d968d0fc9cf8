// SPDX-License-Identifier: Apache-2.0
#include "fuzz/mutation.hpp"

#include <set>

#include "tests/catch.hpp"

using namespace mho;
using namespace mho::fuzz;

namespace {

std::string mutated(const std::string& text, std::uint64_t round) {
  Random random(RandomKey(1).with("test", round));
  return mutate(text, random);
}

}  // namespace

TEST_CASE("the same seed gives the same mutation, another seed nearly always another") {
  const std::string text = "{\"a\": 1, \"b\": [2, 3]}\nline two\n";
  std::set<std::string> different;
  for (std::uint64_t round = 0; round < 300; ++round) {
    const auto once = mutated(text, round);
    CHECK(once == mutated(text, round));
    different.insert(once);
  }
  CHECK(different.size() > 250);
}

TEST_CASE("texts of any length can be mutated, an empty one too") {
  for (const std::string text : {"", "a", "\n", "12"})
    for (std::uint64_t round = 0; round < 300; ++round) CHECK(mutated(text, round) == mutated(text, round));
}
