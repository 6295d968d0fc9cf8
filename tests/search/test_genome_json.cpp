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
  const Genome mixed{
      {{"op", std::string("conv3")}, {"lr", 1.0}, {"width", std::int64_t{1}}, {"bias", false}}};
  CHECK(genome_to_json(mixed) == R"({"op":"conv3","lr":1.0,"width":1,"bias":false})");
  CHECK(genome_from_json(genome_to_json(mixed)) == mixed);
}

TEST_CASE("a genome that an earlier version wrote reads as the same genome") {
  const auto text = R"({"stem_channels": 8, "stem_kernel": 3, "blocks": [{"residual_blocks": 2, "branches": 1,
                        "type": "C", "widening": 4}]})";
  CHECK(genome_from_json(text) == Genome(AnalogNasGenome{8, 3, {{2, 1, BlockType::C, 4}}}));
}

TEST_CASE("text that is no genome is refused") {
  for (const std::string text : {"", "[]", "{\"op\": null}", "{\"op\": [1]}",
                                 "{\"stem_channels\": \"8\", \"stem_kernel\": 3, \"blocks\": []}"})
    CHECK_THAT(message_of<DataError>([&] { genome_from_json(text); }),
               ContainsSubstring("expected a genome"));
}

TEST_CASE("genes survive the way to JSON and back, and what is left out is told by what is there") {
  const auto genes = genes_from_json(R"([{"name": "op", "values": ["skip", 3, true]},
      {"name": "k", "kind": "ordered", "values": [3, 5], "when": {"op": "skip"}},
      {"name": "w", "low": 8, "high": 64, "log": true}, {"name": "lr", "low": 0.5, "high": 1}])");
  CHECK(genes[0].kind == GeneKind::choice);
  CHECK(genes[1].when == Condition{"op", {Value(std::string("skip"))}});
  CHECK((genes[2].kind == GeneKind::integer && genes[2].log && genes[2].high == 64));
  CHECK((genes[3].kind == GeneKind::real && !genes[3].log));
  CHECK(genes_from_json(genes_to_json(genes)) == genes);
}

TEST_CASE("a gene that cannot be read is named") {
  const auto refusal = [](const std::string& text) {
    return message_of<ConfigError>([&] { genes_from_json(text); });
  };
  CHECK_THAT(refusal(R"([{"name": "op", "value": [1]}])"),
             ContainsSubstring("gene op: unknown key 'value' (did you mean 'values'?)"));
  CHECK_THAT(refusal(R"([{"name": "op", "kind": "chioce", "values": [1]}])"),
             ContainsSubstring("did you mean 'choice'?"));
  CHECK_THAT(refusal(R"([{"name": "op", "values": 3}])"),
             ContainsSubstring("gene op: values: expected a list"));
  CHECK_THAT(refusal(R"([{"name": "op", "low": 3}])"), ContainsSubstring("gene op: high: expected a number"));
  CHECK_THAT(refusal(R"([{"name": "op", "values": [null]}])"),
             ContainsSubstring("gene op: values: expected a number"));
  CHECK_THAT(refusal(R"([{"name": "op", "values": [1], "when": {}}])"),
             ContainsSubstring("gene op: when: expected one gene"));
  CHECK_THAT(refusal(R"([{"values": [1]}])"), ContainsSubstring("expected a table with a name"));
}
