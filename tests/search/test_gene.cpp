// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/gene.hpp"

#include <cmath>
#include <map>
#include <set>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "search/spaces/space.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

std::string refusal(const std::string& genes) {
  SpaceConfig config;
  config.kind = SpaceType::genes;
  config.genes = gene_tables(genes);
  return message_of<ConfigError>([&] { Space space(config); });
}

}  // namespace

TEST_CASE("every value of a list and of an integer is drawn alike, whatever the scale of a real") {
  std::map<std::string, int> words;
  std::map<std::int64_t, int> numbers;
  int low_half = 0;
  Random random(RandomKey(1));
  const auto choice = make_choice("op", values_of(std::vector<std::string>{"a", "b", "c"}));
  const auto integer = make_integer("w", 5, 8);
  const auto real = make_real("lr", 1e-4, 1, true);
  for (int i = 0; i < 6000; ++i) {
    ++words[to_string(choice.at(random.uniform()))];
    ++numbers[std::get<std::int64_t>(integer.at(random.uniform()))];
    low_half += std::get<double>(real.at(random.uniform())) < 1e-2;
  }
  REQUIRE((words.size() == 3 && numbers.size() == 4));
  for (const auto& [word, count] : words) CHECK(std::abs(count - 2000) < 180);      // 5 standard deviations
  for (const auto& [number, count] : numbers) CHECK(std::abs(count - 1500) < 170);  // 5 standard deviations
  CHECK(std::abs(low_half - 3000) < 195);                                           // 5 standard deviations
}

TEST_CASE("a logarithmic integer reaches both its ends, doublings being equally likely") {
  const auto gene = make_integer("w", 8, 64, true);
  CHECK(gene.at(0) == Value(std::int64_t{8}));
  CHECK(gene.at(1 - 0x1p-53) == Value(std::int64_t{64}));
  CHECK(std::abs(std::get<std::int64_t>(gene.at(0.5)) - 23) <= 1);  // sqrt(8 x 64)
  CHECK(gene.position(Value(std::int64_t{16})) == Approx(1.0 / 3));
}

TEST_CASE("places lie between 0 and 1: ranks for words, logarithms for numbers of a list") {
  const auto words = make_ordered("size", values_of(std::vector<std::string>{"s", "m", "l"}));
  CHECK(words.position(Value(std::string("m"))) == 0.5);
  const auto numbers = make_ordered("k", values_of(std::vector<int>{1, 4, 16}));
  CHECK(numbers.position(Value(std::int64_t{4})) == Approx(0.5));
  CHECK(make_real("x", -1, 3).position(Value(1.0)) == 0.5);
}

TEST_CASE("what is no space is refused with the gene") {
  CHECK_THAT(refusal("[]"), ContainsSubstring("expected at least one gene"));
  CHECK_THAT(refusal(R"([{"name": "op", "values": []}])"),
             ContainsSubstring("gene op: expected values, got []"));
  CHECK_THAT(refusal(R"([{"name": "op", "values": [1, 2, 1]}])"),
             ContainsSubstring("gene op: expected every value once, got [1, 2, 1]"));
  CHECK_THAT(refusal(R"([{"name": "op", "values": [1]}, {"name": "op", "low": 1, "high": 2}])"),
             ContainsSubstring("gene op: expected one gene of that name, got two"));
  CHECK_THAT(refusal(R"([{"name": "w", "low": 3, "high": 2}])"),
             ContainsSubstring("gene w: expected low <= high"));
  CHECK_THAT(refusal(R"([{"name": "w", "low": 0, "high": 2, "log": true}])"),
             ContainsSubstring("gene w: expected low > 0"));
  CHECK_THAT(refusal(R"([{"name": "w", "kind": "integer", "low": 0.5, "high": 2}])"),
             ContainsSubstring("gene w: expected whole numbers"));
  CHECK_THAT(refusal(R"([{"name": "a b", "values": [1]}])"),
             ContainsSubstring("gene 'a b': expected a name"));
}

TEST_CASE(
    "conditions on unknown genes, on values that are none, on reals and in cycles are refused with the "
    "gene") {
  const std::string kernel = R"({"name": "k", "values": [3, 5], "when": )";
  CHECK_THAT(
      refusal("[" + kernel + R"({"opp": ["conv"]}}, {"name": "op", "values": ["conv"]}])"),
      ContainsSubstring(
          "gene k: expected a condition on a gene of the space, got one on 'opp' (did you mean 'op'?)"));
  CHECK_THAT(refusal("[" + kernel + R"({"op": ["pool"]}}, {"name": "op", "values": ["conv"]}])"),
             ContainsSubstring("gene k: its condition on op: expected one of [conv], got pool"));
  CHECK_THAT(refusal("[" + kernel + R"({"op": []}}, {"name": "op", "values": ["conv"]}])"),
             ContainsSubstring("gene k: expected values of op"));
  CHECK_THAT(refusal("[" + kernel + R"({"lr": [0.5]}}, {"name": "lr", "low": 0.0, "high": 1.0}])"),
             ContainsSubstring("gene k: expected a condition on a choice or an integer"));
  CHECK_THAT(
      refusal("[" + kernel + R"({"op": ["conv"]}}, {"name": "op", "values": ["conv"], "when": {"k": [3]}}])"),
      ContainsSubstring("gene k: expected conditions without a cycle, got k on op on k"));
  CHECK_THAT(refusal("[" + kernel + R"({"k": [3]}}])"), ContainsSubstring("cycle"));
}

TEST_CASE("a conditional space counts and walks through each of its genomes once") {
  SpaceConfig config;
  config.kind = SpaceType::genes;
  config.genes = gene_tables(R"([{"name": "k", "values": [3, 5, 7], "when": {"op": ["conv", "sep"]}},
                          {"name": "op", "values": ["skip", "conv", "sep"]},
                          {"name": "act", "values": [true, false], "when": {"op": "conv"}},
                          {"name": "n", "low": 1, "high": 2}])");
  const Space space{config};
  CHECK(space.size() == (1 + 6 + 3) * 2);
  std::set<std::string> names;
  for (int i = 0; i < 20; ++i) {
    const auto genome = space.genome(i);
    CHECK(space.contains(genome));
    names.insert(to_string(genome));
  }
  CHECK(names.size() == 20);
  CHECK(names.contains("op=conv|k=5|act=false|n=2"));
}

TEST_CASE("what differs between two spaces is named by gene") {
  const auto space = [](const std::string& genes) {
    SpaceConfig config;
    config.kind = SpaceType::genes;
    config.genes = gene_tables(genes);
    return Space(config);
  };
  const auto here = space(R"([{"name": "op", "values": ["a", "b"]}, {"name": "w", "low": 1, "high": 4}])");
  CHECK(difference(here, here).empty());
  CHECK_THAT(
      difference(space(R"([{"name": "op", "values": ["a", "c"]}, {"name": "w", "low": 1, "high": 4}])"),
                 here),
      ContainsSubstring("gene op: ") && ContainsSubstring("\"c\"") && ContainsSubstring("here"));
  CHECK_THAT(difference(space(R"([{"name": "op", "values": ["a", "b"]}])"), here),
             ContainsSubstring("gene w: none there"));
  CHECK_THAT(difference(Space(SpaceConfig{}), here), ContainsSubstring("kind analognas there, genes here"));
}
