// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/mapping.hpp"

#include <chrono>

#include "core/chip/mapping/tiling.hpp"
#include "tests/catch.hpp"
#include "tests/chip/block_checks.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

Mapping mapped(const Architecture& architecture, const ChipConfig& chip = {}) {
  const MappingResult result = map_onto_chip(architecture, chip);
  INFO(result.reason);
  REQUIRE(result.mapping.has_value());
  CHECK(result.cores_needed == result.mapping->cost.cores);
  CHECK(result.reason.empty());
  return *result.mapping;
}

}  // namespace

TEST_CASE("core counts, utilisation and core products match the table of docs/sources.md") {
  struct Row {
    Architecture net;
    int cores;
    double utilisation;
    std::int64_t core_mvms;
  };
  const std::vector<Row> table = {
      {autoencoder(), 5, 0.806, 14},          {builtin("resnet8"), 2, 0.590, 4481},
      {builtin("ds_cnn"), 1, 0.301, 626},     {builtin("mobilenet_v1_025"), 4, 0.751, 6283},
      {builtin("resnet9"), 33, 0.863, 6913},  {builtin("resnet20"), 5, 0.827, 11393},
      {builtin("resnet32"), 8, 0.886, 18305}, {builtin("mobilenet_v2_cifar"), 33, 0.989, 11413}};
  for (const Row& row : table) {
    INFO(row.net.name());
    const Mapping mapping = mapped(row.net);
    CHECK(mapping.cost.cores == row.cores);
    CHECK(mapping.cost.utilisation == Approx(row.utilisation).margin(0.0005));
    CHECK(mapping.cost.core_mvms == row.core_mvms);
  }
}

TEST_CASE("MAC-weighted use gives the effective efficiency") {
  const std::vector<std::pair<std::string, double>> table = {
      {"resnet8", 0.42}, {"ds_cnn", 0.56}, {"mobilenet_v1_025", 0.16}, {"resnet9", 4.71}, {"resnet32", 0.56}};
  for (const auto& [name, tops_per_watt] : table) {
    INFO(name);
    CHECK(mapped(builtin(name)).cost.effective_tops_per_watt == Approx(tops_per_watt).margin(0.005));
  }
  CHECK(mapped(autoencoder()).cost.effective_tops_per_watt == Approx(2.82).margin(0.005));
}

TEST_CASE("blocks lie inside their cores and never on each other") {
  for (const std::string& name : builtin_names()) {
    INFO(name);
    const ChipConfig chip;
    const Mapping mapping = mapped(builtin(name), chip);
    check_cells(chip, mapping.blocks, PackingMode::time_shared);
    check_pixels(builtin(name), mapping.blocks);
  }
}

TEST_CASE("the first layer's first block is on core 0 and cores are taken in a walk of neighbours") {
  const Mapping mapping = mapped(builtin("resnet9"));
  CHECK(mapping.blocks.front().core == 0);
  std::vector<int> first_use;
  for (const Block& block : mapping.blocks)
    if (std::find(first_use.begin(), first_use.end(), block.core) == first_use.end())
      first_use.push_back(block.core);
  REQUIRE(first_use.size() == 33);
  for (size_t i = 1; i < first_use.size(); ++i) {
    const int a = first_use[i - 1], b = first_use[i];
    CHECK(std::abs(a / 8 - b / 8) + std::abs(a % 8 - b % 8) == 1);
  }
}

TEST_CASE("the same network is mapped the same way") {
  const Architecture net = builtin("resnet32");
  const Mapping a = mapped(net), b = mapped(net);
  REQUIRE(a.blocks.size() == b.blocks.size());
  for (size_t i = 0; i < a.blocks.size(); ++i) {
    CHECK(a.blocks[i].core == b.blocks[i].core);
    CHECK(a.blocks[i].core_row == b.blocks[i].core_row);
    CHECK(a.blocks[i].core_column == b.blocks[i].core_column);
  }
  CHECK(a.cost.energy_j == b.cost.energy_j);
}

TEST_CASE("a network that is too large is a value that names the layer and the cores short") {
  // Layers of 1, 2 and 4 full cores on a chip of 4.
  const Architecture net = dense_chain("too_large", 8, {8, 16, 16});
  const MappingResult result = map_onto_chip(net, small_chip(2, 2, 8));
  CHECK(!result.mapping.has_value());
  CHECK(result.cores_needed == 7);
  CHECK_THAT(result.reason,
             ContainsSubstring("too_large") && ContainsSubstring("'dense2'") &&
                 ContainsSubstring("7 cores needed, 4 available, 3 short") &&
                 ContainsSubstring("what would make it fit: a chip of at least 7 such cores") &&
                 ContainsSubstring("crossbars of twice the rows and columns (2 cores)"));
  CHECK(map_onto_chip(net, small_chip(1, 7, 8)).mapping.has_value());
}

TEST_CASE("a network that misses only by its shapes is told apart too") {
  // Three 5x5 blocks fill less than two 8x8 cores, but no two of them share one.
  const Architecture net = dense_chain("odd", 5, {5, 5, 5});
  const MappingResult result = map_onto_chip(net, small_chip(1, 2, 8));
  CHECK(!result.mapping.has_value());
  CHECK(result.cores_needed == 3);
  CHECK_THAT(result.reason, ContainsSubstring("'dense2'") && ContainsSubstring("1 short"));
}

TEST_CASE("a network that other options would make fit says which") {
  // MobileNetV1 with its depthwise layers on crossbars (chip.md: 67 cores unpacked).
  MappingConfig config;
  config.depthwise = DepthwisePlace::block_diagonal;
  config.packing = PackingMode::none;
  const MappingResult result = map_onto_chip(builtin("mobilenet_v1_025"), ChipConfig{}, config);
  CHECK(!result.mapping.has_value());
  CHECK(result.cores_needed == 67);
  CHECK_THAT(result.reason, ContainsSubstring("3 short") &&
                                ContainsSubstring("packing = \"time_shared\" (8 cores)") &&
                                ContainsSubstring("depthwise = \"digital\" (15 cores)"));
  config.packing = PackingMode::time_shared;
  const auto packed = map_onto_chip(builtin("mobilenet_v1_025"), ChipConfig{}, config).mapping;
  REQUIRE(packed.has_value());
  CHECK(packed->cost.cores == 8);
  CHECK(packed->cost.core_mvms == 12178);
  CHECK(packed->cost.utilisation == Approx(0.397).margin(0.0005));
}

TEST_CASE("disjoint rows and columns need the cores of the lower-bound study, or fewer") {
  const std::vector<std::pair<std::string, int>> table = {
      {"autoencoder", 9}, {"resnet8", 7},   {"ds_cnn", 2},   {"mobilenet_v1_025", 7},
      {"resnet9", 39},    {"resnet20", 23}, {"resnet32", 39}};
  MappingConfig config;
  config.packing = PackingMode::disjoint;
  for (const auto& [name, cores] : table) {
    INFO(name);
    const auto mapping = map_onto_chip(builtin(name), ChipConfig{}, config).mapping;
    REQUIRE(mapping.has_value());
    CHECK(mapping->cost.cores <= cores);
    check_cells(ChipConfig{}, mapping->blocks, PackingMode::disjoint);
    check_pixels(builtin(name), mapping->blocks);
  }
}

TEST_CASE("full mode keeps the interval or shortens it, and is the same for a seed") {
  MappingConfig config;
  config.objective = MappingObjective::throughput;
  config.placement_moves = 2000;
  const Architecture net = builtin("resnet8");
  const auto fast = map_onto_chip(net, ChipConfig{}, config).mapping;
  const auto full = map_onto_chip(net, ChipConfig{}, config, MappingMode::full).mapping;
  const auto again = map_onto_chip(net, ChipConfig{}, config, MappingMode::full).mapping;
  REQUIRE((fast && full && again));
  CHECK(full->cost.interval <= fast->cost.interval);
  CHECK(full->cost == again->cost);
  for (size_t i = 0; i < full->blocks.size(); ++i) CHECK(full->blocks[i].core == again->blocks[i].core);
}

TEST_CASE("a network far too large is given up at once, for every objective and packing") {
  const Architecture net = dense_chain("vast", 8192, {8192, 8192, 8192});
  for (const auto objective : all_values<MappingObjective>())
    for (const auto packing : all_values<PackingMode>()) {
      MappingConfig config;
      config.objective = objective;
      config.packing = packing;
      const MappingResult result = map_onto_chip(net, ChipConfig{}, config, MappingMode::full);
      CHECK(!result.mapping.has_value());
      CHECK(result.cores_needed == 3 * 32 * 32);
      CHECK_THAT(result.reason, ContainsSubstring("3008 short"));
    }
}

TEST_CASE("mapping is fast enough to run for every proposal of a search") {
  const Architecture resnet32 = builtin("resnet32"), large = dense_chain("large", 8192, {8192, 2048, 1000});
  for (const Architecture* net : {&resnet32, &large}) {
    const auto start = std::chrono::steady_clock::now();
    map_onto_chip(*net, ChipConfig{});
    // About 0.1 ms and 1 ms measured; the bound leaves room for slow and busy machines and sanitizers.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(500));
  }
}

}  // namespace mho
