// SPDX-License-Identifier: Apache-2.0
#include "search/models/genome_features.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;

TEST_CASE("features lie between 0 and 1, tell all genomes apart and know twice as wide as one step") {
  const Space space{{{8, 16, 32}, {3, 5}, {1, 2}, {1, 2}, {1, 2}, {BlockType::B, BlockType::D}, {1, 2}}};
  Random random(RandomKey(1));
  std::vector<Genome> genomes;
  for (int i = 0; i < 60; ++i) genomes.push_back(space.sample(random));
  const auto features = genome_features(space, genomes);
  CHECK(features.minCoeff() >= 0);
  CHECK(features.maxCoeff() <= 1);
  CHECK(features.cols() == std::ssize(feature_groups(space)));
  for (size_t i = 0; i < genomes.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      CHECK((features.row(static_cast<Eigen::Index>(i)) == features.row(static_cast<Eigen::Index>(j))) ==
            (genomes[i] == genomes[j]));
  const auto widths =
      genome_features(space, std::vector<Genome>{AnalogNasGenome{8, 3, {{}}}, AnalogNasGenome{16, 3, {{}}},
                                                 AnalogNasGenome{32, 3, {{}}}});
  CHECK(widths(1, 0) == Approx(0.5));
  CHECK(widths(2, 0) == Approx(1));
}

TEST_CASE("absent main blocks are zeros, and genomes outside the space are refused") {
  const Space space{{{8, 16}, {3}, {1, 2}, {1, 2}, {1, 2}, {BlockType::B, BlockType::D}, {1, 2}}};
  const auto features =
      genome_features(space, std::vector<Genome>{AnalogNasGenome{16, 3, {{2, 2, BlockType::D, 2}}}});
  CHECK(features.row(0).tail(6).isZero());
  CHECK_FALSE(features.row(0).head(features.cols() - 6).isZero());
  CHECK_THROWS_AS(
      genome_features(space, std::vector<Genome>{AnalogNasGenome{8, 3, {{1, 1, BlockType::A, 1}}}}),
      RunError);
}
