// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/genome_json.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("genomes survive the way to JSON and back") {
  const Space space(small_config().space);
  Random random(RandomKey(3));
  for (int i = 0; i < 50; ++i) {
    const auto genome = space.sample(random);
    CHECK(genome_from_json(genome_to_json(genome)) == genome);
  }
}

TEST_CASE("text that is no genome is refused") {
  for (const std::string text : {"", "[]", "{\"stem_channels\": 8, \"stem_kernel\": 3}",
                                 "{\"stem_channels\": \"8\", \"stem_kernel\": 3, \"blocks\": []}"})
    CHECK_THAT(message_of<DataError>([&] { genome_from_json(text); }),
               ContainsSubstring("expected a genome"));
  for (const std::string type : {"", "AB", "F"})
    CHECK_THAT(
        message_of<DataError>([&] {
          genome_from_json(R"({"stem_channels": 8, "stem_kernel": 3, "blocks": [{"residual_blocks": 1, )"
                           R"("branches": 1, "type": ")" +
                           type + R"(", "widening": 1}]})");
        }),
        ContainsSubstring("expected one of A, B, C, D, E, got '" + type + "'"));
}
