// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/crossover.hpp"

#include <set>

#include "search/spaces/analognas.hpp"
#include "search/spaces/space.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("a child of two genomes of a space is in that space, and each gene is one of its parents'") {
  const Space space{SpaceConfig{}};
  Random random(RandomKey(1));
  for (int i = 0; i < 500; ++i) {
    const auto a = space.sample(random), b = space.sample(random), child = cross(a, b, space, random);
    REQUIRE(space.contains(child));
    const auto x = space.encode(a), y = space.encode(b), z = space.encode(child);
    for (size_t d = 0; d < z.size(); ++d)
      if (z[d] != 0) REQUIRE((z[d] == x[d] || z[d] == y[d]));
  }
}

TEST_CASE("each gene comes from each parent about as often") {
  const Space space{SpaceConfig{}};
  const AnalogNasGenome a{8, 3, {{1, 1, BlockType::A, 1}, {1, 1, BlockType::A, 1}}},
      b{16, 5, {{2, 2, BlockType::B, 2}, {2, 2, BlockType::B, 2}}};
  Random random(RandomKey(2));
  int channels = 0, kernel = 0, residual = 0, type = 0, widening = 0;
  constexpr int children = 1000;
  for (int i = 0; i < children; ++i) {
    const auto child = analognas_genome(cross(a, b, space, random));
    channels += child.stem_channels == 8, kernel += child.stem_kernel == 3;
    residual += child.blocks[0].residual_blocks == 1, type += child.blocks[1].type == BlockType::A;
    widening += child.blocks[1].widening == 1;
  }
  // Binomial(1000, 1/2): 4.4 standard deviations, one in 10^5 for each of five.
  for (const int count : {channels, kernel, residual, type, widening}) CHECK(std::abs(count - 500) < 70);
}

TEST_CASE("a genome crossed with itself is itself") {
  const Space space{SpaceConfig{}};
  const Genome genome = AnalogNasGenome{8, 3, {{1, 1, BlockType::A, 1}, {2, 3, BlockType::D, 4}}};
  Random random(RandomKey(3));
  CHECK(cross(genome, genome, space, random) == genome);
}
