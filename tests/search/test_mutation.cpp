// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/mutation.hpp"

#include <map>
#include <set>

#include "tests/catch.hpp"

using namespace mho;

namespace {

/// The genes that differ, as "OC0", "WF", ...; a block added or removed at the end is "M" alone.
std::multiset<std::string> differences(const Genome& a, const Genome& b) {
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
      REQUIRE(std::abs(std::ssize(parent.blocks) - std::ssize(child.blocks)) <= 1);
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
    REQUIRE(std::abs(child.blocks[0].branches - parent.blocks[0].branches) == 1);
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
  const Genome parent{8, 3, {{1, 1, BlockType::A, 1}}};
  for (int i = 0; i < 2000; ++i) {
    const auto wide = mutate(parent, GeneFamily::width, space, random);
    channels.insert(wide.stem_channels), widenings.insert(wide.blocks[0].widening);
    types.insert(mutate(parent, GeneFamily::depth, space, random).blocks[0].type);
    kernels.insert(mutate(parent, GeneFamily::other, space, random).stem_kernel);
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
