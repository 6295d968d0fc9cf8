// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/space.hpp"

#include <map>
#include <set>

#include "core/base/config_file.hpp"
#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using mho::testing::message_of;

namespace {

SpaceConfig wide() {
  return {.stem_channels = {8, 12, 64},
          .stem_kernels = {3, 5, 7},
          .main_blocks = {1, 5},
          .residual_blocks = {1, 16},
          .branches = {2, 12},
          .block_types = {BlockType::A, BlockType::C, BlockType::D},
          .widening = {1, 4}};
}

std::string refusal(void (*spoil)(SpaceConfig&)) {
  SpaceConfig config;
  spoil(config);
  return message_of<ConfigError>([&] { Space space(config); });
}

/// Pearson's statistic of counts against equal shares.
double chi_square(const std::map<int, int>& counts, int values, int samples) {
  const double expected = 1.0 * samples / values;
  double sum = expected * static_cast<double>(values - std::ssize(counts));  // values that were never drawn
  for (const auto& [value, count] : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

}  // namespace

TEST_CASE("an encoding has a length of its space, and no two genomes share one") {
  for (const auto& config : {SpaceConfig{}, wide()}) {
    const Space space(config);
    Random random(RandomKey(1));
    std::map<std::vector<double>, std::string> names;
    for (int i = 0; i < 2000; ++i) {
      const auto genome = space.sample(random);
      const auto encoding = space.encode(genome);
      REQUIRE(std::ssize(encoding) == space.dimensions());
      REQUIRE(names.try_emplace(encoding, to_string(genome)).first->second == to_string(genome));
      REQUIRE(space.contains(genome));
    }
  }
}

TEST_CASE("an encoding is the genes in order, zeros for absent blocks") {
  const Space space{SpaceConfig{}};
  const Genome genome = AnalogNasGenome{16, 5, {{2, 3, BlockType::C, 4}}};
  CHECK(space.dimensions() == 15);
  CHECK(space.encode(genome) == std::vector<double>{16, 5, 1, 2, 3, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(space.name(genome) == "OC16-KS5|R2B3CW4");
  CHECK(
      to_string(genome) ==
      "stem_channels=16|stem_kernel=5|main_blocks=1|block1_residual_blocks=2|block1_branches=3|block1_type=C|"
      "block1_widening=4");
  CHECK(to_string(AnalogNasGenome{16, 3, {{2, 1, BlockType::B, 1}, {2, 1, BlockType::B, 2}}}) ==
        "OC16-KS3|R2B1BW1|R2B1BW2");
}

TEST_CASE("going through a space meets every genome once") {
  const Space space{{{4, 8}, {3, 5}, {1, 2}, {1, 2}, {1, 1}, {BlockType::A, BlockType::C}, {2, 3}}};
  std::set<std::string> names;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(space.size()); ++i) {
    const auto genome = space.genome(i);
    CHECK(space.contains(genome));
    names.insert(to_string(genome));
  }
  CHECK(space.size() == 4 * (8 + 64));
  CHECK(std::ssize(names) == 4 * (8 + 64));
}

TEST_CASE("different genomes have different names and encodings") {
  const Space space{SpaceConfig{}};
  Random random(RandomKey(2));
  std::map<std::string, std::vector<double>> by_name;
  std::set<std::vector<double>> encodings;
  for (int i = 0; i < 3000; ++i) {
    const auto genome = space.sample(random);
    by_name.emplace(to_string(genome), space.encode(genome));
    encodings.insert(space.encode(genome));
  }
  CHECK(by_name.size() == encodings.size());
}

TEST_CASE("samples are uniform over every gene") {
  const Space space{SpaceConfig{}};
  Random random(RandomKey(3));
  std::map<int, int> channels, kernels, blocks, residual, branches, types, widening;
  const int samples = 12000;
  for (int i = 0; i < samples; ++i) {
    const auto genome = analognas_genome(space.sample(random));
    ++channels[genome.stem_channels], ++kernels[genome.stem_kernel],
        ++blocks[static_cast<int>(genome.blocks.size())];
    const auto& first = genome.blocks.front();
    ++residual[first.residual_blocks], ++branches[first.branches], ++types[static_cast<int>(first.type)],
        ++widening[first.widening];
  }
  // 99.99 % points of chi-square with 5, 3 and 2 degrees of freedom.
  CHECK(chi_square(channels, 6, samples) < 25.74);
  for (const auto* four : {&residual, &types, &widening}) CHECK(chi_square(*four, 4, samples) < 21.11);
  for (const auto* three : {&kernels, &blocks, &branches}) CHECK(chi_square(*three, 3, samples) < 18.42);
}

TEST_CASE("the corners of the unit cube are the first and last value of every gene") {
  const Space space{SpaceConfig{}};
  const auto n = static_cast<size_t>(space.dimensions());
  CHECK(space.at(std::vector<double>(n, 0.0)) == Genome(AnalogNasGenome{8, 3, {{1, 1, BlockType::A, 1}}}));
  const MainBlock largest{4, 3, BlockType::D, 4};
  CHECK(space.at(std::vector<double>(n, 1.0 - 0x1p-53)) ==
        Genome(AnalogNasGenome{64, 7, {largest, largest, largest}}));
}

TEST_CASE("the size of a space counts its genomes") {
  const Space tiny{{{8, 16}, {3}, {1, 2}, {1, 2}, {1, 1}, {BlockType::B}, {1, 1}}};
  CHECK(tiny.size() == 2 * (2 + 4));
  std::set<std::string> names;
  Random random(RandomKey(4));
  for (int i = 0; i < 1000; ++i) names.insert(to_string(tiny.sample(random)));
  CHECK(names.size() == 12);
  CHECK(Space{SpaceConfig{}}.size() == 18.0 * (192 + 192.0 * 192 + 192.0 * 192 * 192));
}

TEST_CASE("a space refuses empty, reversed and doubled ranges by key") {
  CHECK_THAT(refusal([](SpaceConfig& c) { c.stem_channels = {}; }),
             ContainsSubstring("space.stem_channels: expected at least one value, got []"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.stem_kernels = {3, 3};
             }),
             ContainsSubstring("space.stem_kernels: expected every value once, got [3, 3]"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.stem_kernels = {0, 3};
             }),
             ContainsSubstring("at least 1, got [0, 3]"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.main_blocks = {3, 1};
             }),
             ContainsSubstring("space.main_blocks: expected [smallest, largest]") &&
                 ContainsSubstring("got [3, 1]"));
  CHECK_THAT(refusal([](SpaceConfig& c) { c.residual_blocks = {2}; }),
             ContainsSubstring("space.residual_blocks"));
  CHECK_THAT(refusal([](SpaceConfig& c) { c.branches = {0, 2}; }), ContainsSubstring("space.branches"));
  CHECK_THAT(refusal([](SpaceConfig& c) { c.widening = {1, 2, 3}; }), ContainsSubstring("space.widening"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.block_types = {BlockType::B, BlockType::B};
             }),
             ContainsSubstring("space.block_types: expected some of A, B, C, D, E, each once"));
  CHECK_THAT(refusal([](SpaceConfig& c) { c.block_types = {}; }), ContainsSubstring("space.block_types"));
}

TEST_CASE("a genome outside the space is not contained and not encoded") {
  const Space space{wide()};
  const Genome outside = AnalogNasGenome{8, 3, {{1, 2, BlockType::B, 1}}};
  CHECK_FALSE(space.contains(outside));
  CHECK_THAT(message_of<InputError>([&] { space.encode(outside); }),
             ContainsSubstring("block1_type: expected one of [A, C, D], got B"));
  const Space usual{SpaceConfig{}};
  const auto wrong = [&](const AnalogNasGenome& genome) {
    return message_of<InputError>([&] { usual.encode(genome); });
  };
  CHECK_THAT(wrong({17, 3, {{}}}),
             ContainsSubstring("stem_channels: expected one of [8, 16, 24, 32, 48, 64], got 17"));
  CHECK_THAT(wrong({16, 4, {{}}}), ContainsSubstring("stem_kernel"));
  CHECK_THAT(wrong({16, 3, {}}), ContainsSubstring("main_blocks: expected 1 to 3, got 0"));
  CHECK_THAT(wrong({16, 3, {{5, 1, BlockType::B, 1}}}),
             ContainsSubstring("block1_residual_blocks: expected 1 to 4, got 5"));
  CHECK_THAT(wrong({16, 3, {{1, 0, BlockType::B, 1}}}), ContainsSubstring("block1_branches"));
  CHECK_THAT(wrong({16, 3, {{1, 1, BlockType::B, 9}}}),
             ContainsSubstring("block1_widening: expected 1 to 4, got 9"));
  CHECK_FALSE(space.contains(AnalogNasGenome{8, 3, {}}));
}

TEST_CASE("the space table is read with its limits") {
  SpaceConfig config;
  const std::vector<Section> sections{{"space", "", [&](FieldVisitor& v) { config.fields(v); }}};
  read_config_text("[space]\nmain_blocks = [2, 4]\nblock_types = [\"A\"]\n", "run.toml", sections);
  CHECK(config.main_blocks == std::vector<int>{2, 4});
  CHECK(config.block_types == std::vector{BlockType::A});
  CHECK_THAT(message_of<ConfigError>(
                 [&] { read_config_text("[space]\nwidening = [1, 9]\n", "run.toml", sections); }),
             ContainsSubstring("run.toml:2") && ContainsSubstring("expected 1 to 4, got 9"));
}

TEST_CASE("a space's hash tells spaces apart and not the order of a list") {
  const auto hash = Space(SpaceConfig{}).hash();
  CHECK(hash.size() == 64);
  CHECK(Space(SpaceConfig{.stem_kernels = {7, 3, 5}}).hash() == hash);
  CHECK(Space(SpaceConfig{.stem_kernels = {3, 5}}).hash() != hash);
  CHECK(Space(SpaceConfig{.widening = {1, 3}}).hash() != hash);
}

TEST_CASE(
    "the hash of a space knows the sides of its networks, and is what it was before they could differ") {
  const auto hash = Space(SpaceConfig{}).hash();
  SpaceConfig space;
  space.shape.block_kernel = {3, 1};
  CHECK(Space(space).hash() != hash);
  SpaceConfig wide{.stem_kernels = {3, 5}};
  wide.shape.stem_widths = {1, 3};
  auto turned = wide;
  std::swap(turned.stem_kernels[0], turned.stem_kernels[1]);
  CHECK(Space(wide).hash() != Space(turned).hash());  // 3x1 and 5x3 against 5x1 and 3x3
}

TEST_CASE("a space refuses sides that are no pairs and widths without their kernels") {
  CHECK_THAT(refusal([](SpaceConfig& c) { c.shape.stem_widths = {1}; }),
             ContainsSubstring("space.stem_widths: expected one for each of stem_kernels"));
  CHECK_THAT(refusal([](SpaceConfig& c) { c.shape.block_kernel = {3}; }),
             ContainsSubstring("space.block_kernel: expected [height, width], got [3]"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.shape.block_kernel = {1, 1};
             }),
             ContainsSubstring("a side above 1"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.shape.stem_stride = {1, 1, 1};
             }),
             ContainsSubstring("space.stem_stride"));
}
