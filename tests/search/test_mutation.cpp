// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/mutation.hpp"

#include <map>
#include <set>

#include "search/proposers/crossover.hpp"
#include "search/spaces/analognas.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// The genes that differ, as "OC0", "WF", ...; a block added or removed at the end is "M" alone.
std::multiset<std::string> differences(const Genome& flat_a, const Genome& flat_b) {
  const auto a = analognas_genome(flat_a), b = analognas_genome(flat_b);
  std::multiset<std::string> found;
  if (a.stem_channels != b.stem_channels) found.insert("OC0");
  if (a.stem_kernel != b.stem_kernel) found.insert("KS0");
  if (a.blocks.size() != b.blocks.size()) found.insert("M");
  for (size_t i = 0; i < std::min(a.blocks.size(), b.blocks.size()); ++i) {
    if (a.blocks[i].residual_blocks != b.blocks[i].residual_blocks) found.insert("R");
    if (a.blocks[i].branches != b.blocks[i].branches) found.insert("B");
    if (a.blocks[i].type != b.blocks[i].type) found.insert("CT");
    if (a.blocks[i].widening != b.blocks[i].widening) found.insert("WF");
  }
  return found;
}

const std::map<GeneFamily, std::set<std::string>> genes_of{{GeneFamily::width, {"OC0", "WF", "B"}},
                                                           {GeneFamily::depth, {"M", "R", "CT"}},
                                                           {GeneFamily::other, {"KS0"}}};

const SpaceConfig one_genome{{8}, {3}, {1, 1}, {1, 1}, {1, 1}, {BlockType::B}, {1, 1}};

}  // namespace

TEST_CASE("a typed mutation changes exactly one gene, of its own family, and stays in the space") {
  const Space space{SpaceConfig{}};
  for (const auto& [family, genes] : genes_of) {
    Random random(RandomKey(1).with("family", static_cast<std::uint64_t>(family)));
    std::set<std::string> seen;
    for (int i = 0; i < 3000; ++i) {
      const auto parent = space.sample(random);
      const auto child = mutate(parent, family, space, random);
      const auto changed = differences(parent, child);
      REQUIRE(changed.size() == 1);
      REQUIRE(genes.contains(*changed.begin()));
      REQUIRE(space.contains(child));
      REQUIRE(std::abs(parent.whole("main_blocks") - child.whole("main_blocks")) <= 1);
      seen.insert(*changed.begin());
    }
    CHECK(seen == genes);
  }
}

TEST_CASE("branches are added or removed one at a time") {
  SpaceConfig config = one_genome;
  config.branches = {1, 12};
  const Space space{config};
  Random random(RandomKey(2));
  for (int i = 0; i < 500; ++i) {
    const auto parent = space.sample(random);
    const auto child = mutate(parent, GeneFamily::width, space, random);
    REQUIRE(std::abs(child.whole("block1_branches") - parent.whole("block1_branches")) == 1);
  }
}

TEST_CASE("a family that the space fixes leaves the genome as it is") {
  const Space space{one_genome};
  Random random(RandomKey(3));
  const auto genome = space.sample(random);
  for (const auto& [family, genes] : genes_of) CHECK(mutate(genome, family, space, random) == genome);
  CHECK(mutate(genome, space, SearchConfig{}, random) == genome);
}

TEST_CASE("every mutation reaches every value of its gene") {
  const Space space{SpaceConfig{}};
  Random random(RandomKey(4));
  std::set<int> channels, kernels, widenings;
  std::set<BlockType> types;
  const Genome parent = AnalogNasGenome{8, 3, {{1, 1, BlockType::A, 1}}};
  for (int i = 0; i < 2000; ++i) {
    const auto wide = analognas_genome(mutate(parent, GeneFamily::width, space, random));
    channels.insert(wide.stem_channels), widenings.insert(wide.blocks[0].widening);
    types.insert(analognas_genome(mutate(parent, GeneFamily::depth, space, random)).blocks[0].type);
    kernels.insert(analognas_genome(mutate(parent, GeneFamily::other, space, random)).stem_kernel);
  }
  CHECK(channels == std::set<int>{8, 16, 24, 32, 48, 64});
  CHECK(kernels == std::set<int>{5, 7});  // never the parent's
  CHECK(widenings == std::set<int>{1, 2, 3, 4});
  CHECK(types == std::set{BlockType::A, BlockType::B, BlockType::C, BlockType::D});
}

TEST_CASE("the whole mutation applies every family with its probability and always changes the genome") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.width_mutation = 0.8, search.depth_mutation = 0.6, search.other_mutation = 0.3;
  Random random(RandomKey(5));
  int kernels = 0;
  const int mutations = 10000;
  for (int i = 0; i < mutations; ++i) {
    const auto parent = space.sample(random);
    const auto child = mutate(parent, space, search, random);
    const auto changed = differences(parent, child);
    REQUIRE(changed.size() >= 1);
    REQUIRE(changed.size() <= 3);
    REQUIRE(space.contains(child));
    kernels += changed.contains("KS0");
  }
  // 0.3, and when all three were left out (0.2 x 0.4 x 0.7) the share 0.3 / 1.7 of it; 4 standard deviations.
  CHECK(1.0 * kernels / mutations ==
        Approx(0.3 + 0.2 * 0.4 * 0.7 * 0.3 / 1.7).margin(4 * std::sqrt(0.25 / mutations)));
}

TEST_CASE("with unlikely mutations one family is still applied, never one with probability 0") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.width_mutation = 0, search.depth_mutation = 0, search.other_mutation = 1e-6;
  Random random(RandomKey(6));
  for (int i = 0; i < 300; ++i) {
    const auto parent = space.sample(random);
    REQUIRE(differences(parent, mutate(parent, space, search, random)) == std::multiset<std::string>{"KS0"});
  }
}

TEST_CASE("the same random numbers give the same mutation") {
  const Space space{SpaceConfig{}};
  Random first(RandomKey(7)), second(RandomKey(7));
  for (int i = 0; i < 100; ++i)
    CHECK(mutate(space.sample(first), space, {}, first) == mutate(space.sample(second), space, {}, second));
}

TEST_CASE("an unordered gene takes any other value, an ordered one its neighbours, numbers near ones") {
  SpaceConfig config;
  config.kind = SpaceType::genes;
  config.genes = gene_tables(R"([{"name": "op", "values": ["a", "b", "c", "d"]},
                          {"name": "k", "kind": "ordered", "values": [1, 3, 5, 7, 9]},
                          {"name": "w", "low": 1, "high": 1000, "log": true},
                          {"name": "lr", "low": 0.0, "high": 1.0}])");
  const Space space{config};
  const Genome parent{
      {{"op", std::string("b")}, {"k", std::int64_t{5}}, {"w", std::int64_t{30}}, {"lr", 0.5}}};
  Random random(RandomKey(8));
  std::map<std::string, int> operations;
  std::set<std::int64_t> kernels;
  int far = 0, changes = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto child = mutate(parent, space, {}, random);
    REQUIRE(space.contains(child));
    int changed = 0;
    for (const auto& [gene, value] : parent.entries) changed += !(*child.find(gene) == value);
    REQUIRE(changed == 1);
    if (child.word("op") != "b") ++operations[child.word("op")];
    kernels.insert(child.whole("k"));
    if (child.number("w") != 30) ++changes, far += child.number("w") < 3 || child.number("w") > 300;
  }
  CHECK(kernels == std::set<std::int64_t>{3, 5, 7});
  // Each of three values in 1/12 of 4000; 5 standard deviations.
  REQUIRE(operations.size() == 3);
  for (const auto& [operation, count] : operations) CHECK(std::abs(count - 333) < 90);
  CHECK(far < changes / 10);  // beyond a factor of ten is two deviations away: 4.6 %
}

TEST_CASE("genes come and go with what they depend on") {
  SpaceConfig config;
  config.kind = SpaceType::genes;
  config.genes = gene_tables(R"([{"name": "k", "low": 3, "high": 7, "when": {"op": ["conv"]}},
                          {"name": "op", "values": ["skip", "conv"]}])");
  const Space space{config};
  Random random(RandomKey(9));
  const Genome skip{{{"op", std::string("skip")}}};
  std::set<std::int64_t> drawn;
  for (int i = 0; i < 100; ++i) {
    const auto conv = mutate(skip, space, {}, random);
    REQUIRE(conv.word("op") == "conv");
    REQUIRE(space.contains(conv));
    drawn.insert(conv.whole("k"));
    const auto child = cross(skip, conv, space, random);
    REQUIRE(space.contains(child));
    REQUIRE((child == skip || child == conv));
  }
  CHECK(drawn.size() == 5);
}
