// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "search/run_config.hpp"
#include "search/spaces/space.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

SpaceConfig of_kind(SpaceType kind) {
  SpaceConfig config;
  config.kind = kind;
  return config;
}

std::string graph(const Architecture& network) {
  return to_json(Architecture("same name", network.input(), network.declarations()));
}

Genome cell(const std::vector<std::string>& operations) {
  Genome genome{{{"channels", std::int64_t{8}}, {"cells", std::int64_t{1}}}};
  const std::vector<std::string> edges{"edge0_1", "edge0_2", "edge1_2", "edge0_3", "edge1_3", "edge2_3"};
  for (size_t i = 0; i < edges.size(); ++i) genome.entries.push_back({edges[i], operations[i]});
  return genome;
}

std::string refusal(void (*spoil)(SpaceConfig&)) {
  SpaceConfig config;
  spoil(config);
  return message_of<ConfigError>([&] { Space space(config); });
}

}  // namespace

TEST_CASE("genomes of every built-in kind build on images, spectrograms and signals") {
  for (const auto kind : {SpaceType::mobile, SpaceType::mlp, SpaceType::cell, SpaceType::sequence}) {
    INFO(word_of(kind));
    auto config = of_kind(kind);
    config.cell.operations.erase(config.cell.operations.begin());  // none
    const Space space(config);
    Random random(RandomKey(1).with(word_of(kind)));
    for (int i = 0; i < 25; ++i) {
      const auto genome = space.sample(random);
      REQUIRE(space.contains(genome));
      for (const Shape input : {Shape{32, 32, 3}, Shape{49, 10, 1}, Shape{1, 187, 1}}) {
        const auto network = space.build(genome, input, 12);
        REQUIRE(network.classes() == 12);
        REQUIRE(network.name() == space.name(genome));
      }
    }
  }
}

TEST_CASE("every gene of a kind changes the network") {
  for (const auto kind : {SpaceType::mobile, SpaceType::mlp, SpaceType::cell, SpaceType::sequence}) {
    auto config = of_kind(kind);
    config.cell.operations = {CellOperation::skip, CellOperation::conv1x1, CellOperation::conv3x3};
    const Space space(config);
    Random random(RandomKey(2).with(word_of(kind)));
    const auto genome = space.at(std::vector<double>(static_cast<size_t>(space.dimensions()), 0.99));
    const auto values = space.values(genome);
    for (size_t gene = 0; gene < values.size(); ++gene) {
      if (!values[gene] || !space.genes()[gene].varies()) continue;
      INFO(word_of(kind) << ", " << space.genes()[gene].name);
      auto other = values;
      const auto value = space.genes()[gene].at(0);
      other[gene] = &value;
      const auto changed = space.complete(other, space.point(random));
      CHECK(graph(space.build(changed, {16, 16, 3}, 10)) != graph(space.build(genome, {16, 16, 3}, 10)));
    }
  }
}

TEST_CASE(
    "an inverted residual block has the weights of its three convolutions, and a separable one of its two") {
  const Space space(of_kind(SpaceType::mobile));
  const auto weights = [&](const std::string& block) {
    Genome genome{{{"stem_channels", std::int64_t{8}},
                   {"stages", std::int64_t{1}},
                   {"stage1_layers", std::int64_t{2}},
                   {"stage1_width", std::int64_t{16}},
                   {"stage1_kernel", std::int64_t{5}},
                   {"stage1_block", block}}};
    if (block == "inverted") genome.entries.push_back({"stage1_expansion", std::int64_t{3}});
    REQUIRE(space.contains(genome));
    return space.build(genome, {12, 12, 1}, 4).weights();
  };
  const std::int64_t ends = 9 * 8 + 16 * 4;
  CHECK(weights("separable") == ends + (25 * 8 + 8 * 16) + (25 * 16 + 16 * 16));
  CHECK(weights("inverted") == ends + (8 * 24 + 25 * 24 + 24 * 16) + (16 * 48 + 25 * 48 + 48 * 16));
}

TEST_CASE(
    "operations of a cell that lead nowhere cost nothing, and a cell without a way through builds no "
    "network") {
  auto config = of_kind(SpaceType::cell);
  config.cell.stages = 1;
  const Space space(config);
  const auto weights = [&](const std::vector<std::string>& operations) {
    return space.build(cell(operations), {8, 8, 1}, 4).weights();
  };
  const std::int64_t ends = 9 * 8 + 8 * 4, conv = 9 * 8 * 8;
  CHECK(weights({"none", "none", "none", "conv3x3", "none", "none"}) == ends + conv);
  CHECK(weights({"conv3x3", "none", "none", "skip", "none", "none"}) == ends);        // node 1 leads nowhere
  CHECK(weights({"none", "none", "conv3x3", "skip", "conv3x3", "conv3x3"}) == ends);  // nothing leads there
  CHECK(weights({"conv3x3", "skip", "conv3x3", "skip", "conv1x1", "conv3x3"}) == ends + 3 * conv + 64);
  CHECK_NOTHROW(weights({"skip", "skip", "skip", "skip", "skip", "skip"}));
  CHECK_THAT(message_of<ArchitectureError>([&] {
               weights({"conv3x3", "none", "none", "none", "none", "conv3x3"});
             }),
             ContainsSubstring("expected an operation that leads through it"));
}

TEST_CASE("ranges of a kind are refused by key") {
  CHECK_THAT(refusal([](SpaceConfig& c) { c.kind = SpaceType::mobile, c.mobile.widths = {}; }),
             ContainsSubstring("space.widths: expected at least one value"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.kind = SpaceType::mlp, c.mlp.layers = {3, 1};
             }),
             ContainsSubstring("space.layers: expected [smallest, largest]"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.kind = SpaceType::cell, c.cell.operations = {CellOperation::skip, CellOperation::skip};
             }),
             ContainsSubstring("space.operations: expected some of"));
}

TEST_CASE("a run file says which kind, with that kind's keys and no other's") {
  RunConfig config;
  read_config_text("[space]\nwidths = [8, 16]\nkind = \"mobile\"\n[space.hardware]\nadc_bits = [6, 8]\n",
                   "run.toml", config.sections());
  CHECK(config.space.mobile.widths == std::vector<int>{8, 16});
  CHECK(config.space.hardware.adc_bits == std::vector<int>{6, 8});
  RunConfig back;
  read_config_text(write_config(config.sections()), "again.toml", back.sections());
  CHECK(write_config(back.sections()) == write_config(config.sections()));
  CHECK(Space(back.space).hash() == Space(config.space).hash());
  CHECK_THAT(message_of<ConfigError>([] {
               RunConfig other;
               read_config_text("[space]\nkind = \"mlp\"\nstages = [1, 2]\n", "run.toml", other.sections());
             }),
             ContainsSubstring("run.toml:3") && ContainsSubstring("unknown key 'stages' in [space]"));
}

TEST_CASE("genes of one's own are tables of a run file, and come back from the resolved one") {
  RunConfig config;
  read_config_text(
      "[space]\nkind = \"genes\"\n[[space.gene]]\nname = \"op\"\nvalues = [\"skip\", 3, true]\n"
      "[[space.gene]]\nname = \"lr\"\nlow = 0.001\nhigh = 1\nlog = true\nwhen = {op = [3]}\n",
      "run.toml", config.sections());
  const Space space(config.space);
  REQUIRE(space.genes().size() == 2);
  CHECK(space.genes()[0] ==
        make_choice("op", {Value(std::string("skip")), Value(std::int64_t{3}), Value(true)}));
  CHECK((space.genes()[1].kind == GeneKind::real && space.genes()[1].log));
  CHECK(space.genes()[1].when == Condition{"op", {Value(std::int64_t{3})}});
  RunConfig back;
  read_config_text(write_config(config.sections()), "again.toml", back.sections());
  CHECK(Space(back.space).hash() == space.hash());
}

TEST_CASE("a network's name is printable and short, and no two genomes share one") {
  CHECK(network_name("op=conv|width=8") == "op=conv|width=8");
  const std::string longer(300, 'x');
  CHECK(network_name(longer).size() == 200);
  CHECK(network_name(longer) != network_name(longer + "y"));
  CHECK(network_name("op=\xc3\xa9") != network_name("op=\xc3\xa8"));
  const Space space(of_kind(SpaceType::mobile));
  Random random(RandomKey(3));
  std::map<std::string, Genome> names;
  for (int i = 0; i < 500; ++i) {
    const auto genome = space.sample(random);
    REQUIRE(names.emplace(space.name(genome), genome).first->second == genome);
  }
}

TEST_CASE("networks of sequences convolve over time, go through recurrent layers and read their end") {
  const Space space(of_kind(SpaceType::sequence));
  const Genome genome{{{"convolutions", std::int64_t{1}},
                       {"recurrent_layers", std::int64_t{2}},
                       {"cell", "gru"},
                       {"head", "last"},
                       {"conv1_channels", std::int64_t{16}},
                       {"conv1_kernel", std::int64_t{5}},
                       {"recurrent1_units", std::int64_t{24}},
                       {"recurrent2_units", std::int64_t{32}}}};
  REQUIRE(space.contains(genome));
  CHECK(space.name(genome) == "C16K5|gru24|gru32|last");
  const auto network = space.build(genome, {49, 10, 1}, 12);
  std::string layers;
  for (const auto& node : network.nodes())
    layers += layer_name(node.layer) + " " + to_string(node.shape) + "\n";
  CHECK_THAT(layers, ContainsSubstring("conv2d 25x1x16\nbatch_norm 25x1x16\nrelu 25x1x16\ngru 25x1x24\n"
                                       "gru 25x1x32\nlast 1x1x32\ndense 1x1x12\n"));
  CHECK_THAT(refusal([](SpaceConfig& c) {
               c.kind = SpaceType::sequence, c.sequence.convolutions = {2, 1};
             }),
             ContainsSubstring("space.convolutions: expected [smallest, largest]"));
}
