// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/screening.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;

namespace {

const std::vector<Genome> genomes{AnalogNasGenome{8, 3, {{}}}, AnalogNasGenome{16, 3, {{}}},
                                  AnalogNasGenome{24, 3, {{}}}, AnalogNasGenome{32, 3, {{}}}};
const std::vector<Desire> desires{{1, 0}, {3, 0}, {3, 5}, {2, 9}};

}  // namespace

TEST_CASE("the most wanted genome goes by worth, then by the tie-break, then by place") {
  CHECK(by_desire(desires) == std::vector<size_t>{2, 1, 3, 0});
  CHECK(by_desire({{1, 1}, {1, 1}}) == std::vector<size_t>{0, 1});
}

TEST_CASE("pending and unacceptable genomes are passed over, unless nothing else is left") {
  const Space space{SpaceConfig{}};
  const SearchConfig search;
  const std::vector<Genome> pending{genomes[2]};
  ProposalRequest request{space, search, {}, 0, 0, {}, pending};
  CHECK(most_wanted(request, genomes, desires) == genomes[1]);
  request.acceptable = [](const Genome& genome) { return genome.whole("stem_channels") == 8; };
  CHECK(most_wanted(request, genomes, desires) == genomes[0]);
  request.acceptable = [](const Genome&) { return false; };
  CHECK(most_wanted(request, genomes, desires) == genomes[2]);
}

TEST_CASE("mutants come from the parents, or from anywhere without any") {
  const Space space{SpaceConfig{}};
  SearchConfig search;
  search.width_mutation = search.depth_mutation = 0;
  const ProposalRequest request{space, search, {}, 0, 0};
  Random random(RandomKey(1));
  for (const auto& genome : mutants(request, {genomes[0], genomes[1]}, 30, random))
    CHECK((genome.whole("stem_channels") <= 16 && genome.whole("stem_kernel") != 3));
  const auto anywhere = mutants(request, {}, 30, random);
  CHECK(std::any_of(anywhere.begin(), anywhere.end(),
                    [](const Genome& g) { return g.whole("stem_channels") > 16; }));
}
