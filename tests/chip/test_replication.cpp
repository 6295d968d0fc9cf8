// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/replication.hpp"

#include <map>

#include "core/chip/mapping/tiling.hpp"
#include "tests/catch.hpp"
#include "tests/chip/block_checks.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

std::int64_t busiest_core(const std::vector<Block>& blocks) {
  std::map<int, std::int64_t> work;
  for (size_t i = 0; i < blocks.size(); ++i)
    if (blocks[i].group == static_cast<int>(i)) work[blocks[i].core] += blocks[i].products;
  std::int64_t most = 0;
  for (const auto& [core, products] : work) most = std::max(most, products);
  return most;
}

}  // namespace

TEST_CASE("replicas' pixel ranges partition the output, for any number of them") {
  const Architecture net = builtin("resnet8");
  const auto blocks = cut_into_blocks(net, ChipConfig{});
  Random random(RandomKey(31));
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<Copies> copies(net.nodes().size());
    for (const Block& block : blocks)
      copies[static_cast<size_t>(block.node)].replicas =
          random.integer(1, static_cast<int>(std::min<std::int64_t>(block.products, 40)));
    check_pixels(net, replicate(blocks, copies));
  }
}

TEST_CASE("copies of a group lie along its diagonal and fire together") {
  const Architecture net = builtin("ds_cnn");
  const ChipConfig chip;
  const auto packed = fold_small_layers(cut_into_blocks(net, chip), chip, PackingMode::time_shared);
  REQUIRE(packed.has_value());
  check_pixels(net, packed->blocks);
  check_cells(chip, packed->blocks, PackingMode::time_shared);
  int followers = 0;
  for (size_t i = 0; i < packed->blocks.size(); ++i) {
    const Block& block = packed->blocks[i];
    if (block.group == static_cast<int>(i)) continue;
    const Block &first = packed->blocks[static_cast<size_t>(block.group)], &before = packed->blocks[i - 1];
    CHECK((first.node == block.node && first.core == block.core && first.products >= block.products));
    CHECK(block.core_row == before.core_row + before.extent.rows);
    CHECK(block.core_column == before.core_column + before.extent.columns);
    ++followers;
  }
  CHECK(followers == 3 * 5);  // four copies of the 40x64 and of each 64x64 layer
}

TEST_CASE("least energy fires fewer products, and never more than one copy would") {
  for (const std::string& name : builtin_names()) {
    INFO(name);
    const Architecture net = builtin(name);
    MappingConfig config;
    const auto once = map_onto_chip(net, ChipConfig{}, config).mapping;
    config.objective = MappingObjective::energy;
    const auto folded = map_onto_chip(net, ChipConfig{}, config).mapping;
    REQUIRE((once && folded));
    CHECK(folded->cost.core_mvms <= once->cost.core_mvms);
    check_cells(ChipConfig{}, folded->blocks, PackingMode::time_shared);
    check_pixels(net, folded->blocks);
    if (name == "ds_cnn") CHECK(folded->cost.core_mvms * 3 < once->cost.core_mvms);
  }
}

TEST_CASE("a balanced pipeline reaches what its bound allows") {
  struct Row {
    std::string name;
    std::int64_t ideal;  // products / 64 cores, docs/chip.md
    double within;
  };
  // ResNet-9 fills 29 of 64 cores once, so its bound is out of reach; the others come near.
  for (const Row& row :
       {Row{"resnet32", 287, 1.25}, Row{"resnet20", 179, 1.25}, Row{"resnet8", 71, 1.25},
        Row{"ds_cnn", 10, 1.25}, Row{"mobilenet_v1_025", 99, 1.25}, Row{"resnet9", 109, 1.9}}) {
    INFO(row.name);
    const Architecture net = builtin(row.name);
    const ChipConfig chip;
    const auto packed = balance_pipeline(cut_into_blocks(net, chip), chip, PackingMode::time_shared, false);
    REQUIRE(packed.has_value());
    CHECK(packed->bins <= chip.cores());
    check_pixels(net, packed->blocks);
    check_cells(chip, packed->blocks, PackingMode::time_shared);
    const std::int64_t interval = busiest_core(packed->blocks);
    CHECK(interval >= row.ideal);
    CHECK(static_cast<double>(interval) <= row.within * static_cast<double>(row.ideal));
  }
}

TEST_CASE("disjoint and single packings are balanced too") {
  const Architecture net = builtin("resnet20");
  const ChipConfig chip;
  for (const auto mode : {PackingMode::disjoint, PackingMode::none}) {
    const auto packed = balance_pipeline(cut_into_blocks(net, chip), chip, mode, false);
    REQUIRE(packed.has_value());
    check_pixels(net, packed->blocks);
    check_cells(chip, packed->blocks, mode);
    for (const Block& block : packed->blocks) CHECK(block.products <= 256);
  }
}

TEST_CASE("a network that does not fit once is not balanced") {
  const Architecture net = dense_chain("large", 8, {8, 16, 16});
  const ChipConfig chip = small_chip(2, 2, 8);
  CHECK(!balance_pipeline(cut_into_blocks(net, chip), chip, PackingMode::time_shared, true).has_value());
  CHECK(!fold_small_layers(cut_into_blocks(net, chip), chip, PackingMode::time_shared).has_value());
}

}  // namespace mho
