// SPDX-License-Identifier: Apache-2.0
#include "search/constraints.hpp"

#include "core/chip/mapping/mapping.hpp"
#include "search/spaces/build_architecture.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const AnalogNasGenome resnet32{
    16, 3, {{5, 1, BlockType::B, 1}, {5, 1, BlockType::B, 2}, {5, 1, BlockType::B, 2}}};

}  // namespace

TEST_CASE("a network keeps or breaks the bound on its parameters, to the last one") {
  const auto network = build_architecture(resnet32, {32, 32, 3}, 10);
  SearchConfig search;
  CHECK_FALSE(broken_constraint(network, search, {}));
  search.max_parameters = static_cast<int>(network.parameters());
  CHECK_FALSE(broken_constraint(network, search, {}));
  search.max_parameters -= 1;
  CHECK(broken_constraint(network, search, {}) == Constraint::parameters);
}

TEST_CASE("a network keeps or breaks the bound on multiply-accumulates, to the last one") {
  const auto network = build_architecture(resnet32, {32, 32, 3}, 10);
  SearchConfig search;
  search.max_macs = static_cast<int>(network.macs());
  CHECK_FALSE(broken_constraint(network, search, {}));
  search.max_macs -= 1;
  CHECK(broken_constraint(network, search, {}) == Constraint::macs);
}

TEST_CASE("a network keeps or breaks the bound on cores, to the last one") {
  const auto network = build_architecture(resnet32, {32, 32, 3}, 10);
  const auto mapped = map_onto_chip(network, {});
  REQUIRE(mapped.mapping);
  SearchConfig search;
  search.max_cores = mapped.mapping->cost.cores;
  CHECK_FALSE(broken_constraint(network, search, {}));
  search.max_cores -= 1;
  CHECK(broken_constraint(network, search, {}) == Constraint::cores);
}

TEST_CASE("the chip's own cores are the bound when none is asked for") {
  const auto network = build_architecture(resnet32, {32, 32, 3}, 10);
  ChipConfig small;
  small.grid_rows = small.grid_columns = 2;
  CHECK(core_limit({}, small) == 4);
  CHECK(broken_constraint(network, {}, small) == Constraint::cores);
}

TEST_CASE("the largest network of the widest space is refused without being mapped") {
  const MainBlock block{16, 12, BlockType::B, 4};
  const auto network = build_architecture({256, 7, {block, block, block, block, block}}, {96, 96, 3}, 10);
  CHECK(broken_constraint(network, {}, {}) == Constraint::cores);
}
