// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/build_architecture.hpp"

#include <functional>
#include <set>

#include "core/nn/graph/architecture_json.hpp"
#include "search/spaces/space.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const AnalogNasGenome resnet32{
    16, 3, {{5, 1, BlockType::B, 1}, {5, 1, BlockType::B, 2}, {5, 1, BlockType::B, 2}}};

const Node& node(const Architecture& architecture, const std::string& name) {
  for (const auto& candidate : architecture.nodes())
    if (candidate.name == name) return candidate;
  throw std::out_of_range(name);
}

template <class Kind>
int count(const Architecture& architecture) {
  int found = 0;
  for (const auto& candidate : architecture.nodes()) found += std::holds_alternative<Kind>(candidate.layer);
  return found;
}

}  // namespace

TEST_CASE("three blocks of five basic residual blocks are ResNet-32 with its 464,432 weights") {
  const auto network = build_architecture(resnet32, {32, 32, 3}, 10);
  CHECK(network.weights() == 464432);  // docs/sources.md
  CHECK(count<Conv2d>(network) == 31 + 2);
  CHECK(count<Add>(network) == 15);
  CHECK(count<Relu>(network) == 31);
  CHECK(network.classes() == 10);
  CHECK(network.name() == "OC16-KS3|R5B1BW1|R5B1BW2|R5B1BW2");
  CHECK(node(network, "block3.residual5.relu").shape == Shape{8, 8, 64});
}

TEST_CASE("every gene changes the network") {
  const AnalogNasGenome base{16, 3, {{2, 2, BlockType::B, 2}, {2, 2, BlockType::B, 2}}};
  std::vector<AnalogNasGenome> all{base};
  const auto changed = [&](const std::function<void(AnalogNasGenome&)>& change) {
    all.push_back(base);
    change(all.back());
  };
  changed([](AnalogNasGenome& g) { g.stem_channels = 24; });
  changed([](AnalogNasGenome& g) { g.stem_kernel = 5; });
  changed([](AnalogNasGenome& g) { g.blocks.pop_back(); });
  for (const size_t block : {size_t{0}, size_t{1}}) {
    changed([=](AnalogNasGenome& g) { g.blocks[block].residual_blocks = 3; });
    changed([=](AnalogNasGenome& g) { g.blocks[block].branches = 3; });
    changed([=](AnalogNasGenome& g) { g.blocks[block].widening = 3; });
    for (const auto type : {BlockType::A, BlockType::C, BlockType::D})
      changed([=](AnalogNasGenome& g) { g.blocks[block].type = type; });
  }
  std::set<std::string> graphs;
  for (const auto& genome : all) {
    const auto network = build_architecture(genome, {16, 16, 3}, 10);
    graphs.insert(to_json(Architecture("same name", network.input(), network.declarations())));
  }
  CHECK(graphs.size() == all.size());
}

TEST_CASE("counts of a small network of each block type agree with counts by hand") {
  const auto weights = [](BlockType type) {
    return build_architecture({8, 3, {{1, 2, type, 2}}}, {8, 8, 1}, 4).weights();
  };
  const std::int64_t stem = 9 * 8, skip = 8 * 16, dense = 16 * 4;
  const std::int64_t bottleneck = 8 * 4 + 9 * 4 * 4 + 4 * 16, basic = 9 * 8 * 16 + 9 * 16 * 16;
  CHECK(weights(BlockType::A) == stem + skip + dense + 2 * bottleneck);
  CHECK(weights(BlockType::B) == stem + skip + dense + 2 * basic);
  CHECK(weights(BlockType::C) == weights(BlockType::A));
  CHECK(weights(BlockType::D) == weights(BlockType::B));
}

TEST_CASE("branches and the skip connection meet in one addition") {
  const auto network = build_architecture({8, 3, {{2, 3, BlockType::B, 2}}}, {8, 8, 1}, 4);
  CHECK(node(network, "block1.residual1.add").inputs.size() == 4);
  const auto skip_of = [&](const std::string& add) {
    return network.nodes()[static_cast<size_t>(node(network, add).inputs.back())].name;
  };
  CHECK(skip_of("block1.residual1.add") == "block1.residual1.skip.bn");
  CHECK(skip_of("block1.residual2.add") == "block1.residual1.relu");
}

TEST_CASE("pre-activated blocks end without a ReLU and are normalised before the pooling") {
  for (const auto type : {BlockType::C, BlockType::D}) {
    const auto network = build_architecture({8, 3, {{1, 1, type, 1}}}, {8, 8, 1}, 4);
    const auto& pool = node(network, "head.pool");
    CHECK(network.nodes()[static_cast<size_t>(pool.inputs[0])].name == "head.relu");
    const auto& first = node(network, "block1.residual1.branch1.conv1");
    CHECK(network.nodes()[static_cast<size_t>(first.inputs[0])].name == "block1.residual1.act0.relu");
    CHECK(network.nodes()[static_cast<size_t>(node(network, "block1.residual1.add").inputs.back())].name ==
          "stem.relu");
  }
}

TEST_CASE("main blocks halve the image from the second on, while both sides are at least 4") {
  const AnalogNasGenome genome{
      8,
      3,
      {{1, 1, BlockType::B, 1}, {1, 1, BlockType::B, 1}, {1, 1, BlockType::B, 1}, {1, 1, BlockType::B, 1}}};
  const auto shapes = [&](Shape input) {
    const auto network = build_architecture(genome, input, 4);
    std::vector<Shape> found;
    for (int block = 1; block <= 4; ++block)
      found.push_back(node(network, "block" + std::to_string(block) + ".residual1.add").shape);
    return found;
  };
  CHECK(shapes({32, 32, 3}) == std::vector<Shape>{{32, 32, 8}, {16, 16, 8}, {8, 8, 8}, {4, 4, 8}});
  CHECK(shapes({49, 10, 1}) == std::vector<Shape>{{49, 10, 8}, {25, 5, 8}, {13, 3, 8}, {13, 3, 8}});
  CHECK(shapes({1, 187, 1}) == std::vector<Shape>(4, Shape{1, 187, 8}));
}

TEST_CASE("every genome of the space builds on images, spectrograms and signals") {
  const Space space{SpaceConfig{}};
  Random random(RandomKey(5));
  for (int i = 0; i < 40; ++i) {
    const auto genome = analognas_genome(space.sample(random));
    for (const Shape input : {Shape{32, 32, 3}, Shape{49, 10, 1}, Shape{1, 187, 1}, Shape{1, 1, 16}})
      REQUIRE_NOTHROW(build_architecture(genome, input, 12));
  }
}

TEST_CASE("sides of the stem and the blocks may differ, and a side of 1 is not halved") {
  SpaceConfig space{.stem_kernels = {10, 5}};
  space.shape = {.stem_widths = {4, 1}, .stem_stride = {2, 1}, .block_kernel = {3, 1}, .decoder = {}};
  const AnalogNasGenome genome{8, 10, {{1, 1, BlockType::B, 1}, {1, 1, BlockType::A, 2}, {1, 1, BlockType::B, 1}}};
  const auto network = build_architecture(genome, {64, 1, 2}, 5, space);
  const auto& stem = std::get<Conv2d>(node(network, "stem.conv").layer);
  CHECK(std::pair(stem.kernel_height, stem.kernel_width) == std::pair(10, 4));
  CHECK(node(network, "stem.conv").shape == Shape{32, 1, 8});
  CHECK(std::get<Conv2d>(node(build_architecture({8, 5, {}}, {64, 1, 2}, 5, space), "stem.conv").layer)
            .kernel_width == 1);
  const auto& second = std::get<Conv2d>(node(network, "block2.residual1.branch1.conv2").layer);
  CHECK(std::pair(second.kernel_height, second.kernel_width) == std::pair(3, 1));
  CHECK(std::pair(second.stride_height, second.stride_width) == std::pair(2, 1));
  CHECK(node(network, "block2.residual1.add").shape == Shape{16, 1, 16});
  CHECK(node(network, "block3.residual1.add").shape == Shape{8, 1, 16});
  // Squares would have been 9 products of 3x3 on one pixel's width, and never halved.
  CHECK(node(build_architecture(genome, {64, 1, 2}, 5), "block3.residual1.add").shape == Shape{64, 1, 16});
}

TEST_CASE("type E is a depthwise convolution, then a pointwise one") {
  const auto network =
      build_architecture({8, 3, {{1, 1, BlockType::E, 2}, {1, 1, BlockType::E, 1}}}, {8, 8, 1}, 4);
  const auto& depthwise = std::get<Conv2d>(node(network, "block1.residual1.branch1.conv1").layer);
  CHECK(depthwise.groups == 8);
  CHECK(depthwise.out_channels == 8);
  const auto& pointwise = std::get<Conv2d>(node(network, "block1.residual1.branch1.conv2").layer);
  CHECK(pointwise.groups == 1);
  CHECK(pointwise.kernel_height * pointwise.kernel_width == 1);
  CHECK(node(network, "block1.residual1.add").shape == Shape{8, 8, 16});
  CHECK(node(network, "block2.residual1.add").shape == Shape{4, 4, 16});
}

TEST_CASE("a decoder takes the place of the mean over the pixels") {
  SpaceConfig space;
  space.shape.decoder = {6, 20};
  const auto network = build_architecture({8, 3, {{1, 1, BlockType::B, 1}}}, {16, 1, 2}, 32, space);
  CHECK(network.classes() == 32);
  CHECK(node(network, "decoder1.dense").matrix.rows == 16 * 8);
  CHECK(node(network, "decoder1.dense").shape == Shape{1, 1, 6});
  CHECK(node(network, "decoder2.relu").shape == Shape{1, 1, 20});
  CHECK(node(network, "head.dense").matrix.rows == 20);
}
