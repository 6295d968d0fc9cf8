// SPDX-License-Identifier: Apache-2.0
#include "core/chip/schedule.hpp"

#include <map>

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("no core does two things at once, and layers follow each other") {
  for (const std::string& name : builtin_names()) {
    INFO(name);
    const Architecture net = builtin(name);
    const ChipConfig chip;
    const auto mapping = map_onto_chip(net, chip).mapping;
    REQUIRE(mapping.has_value());
    const auto steps = make_schedule(net, mapping->blocks);
    REQUIRE(steps.size() == mapping->blocks.size());
    std::map<int, std::int64_t> busy_until;
    std::int64_t finish = 0, layer_start = 0;
    int node = -1;
    for (size_t i = 0; i < steps.size(); ++i) {
      const Step& step = steps[i];
      if (step.node != node) layer_start = finish;  // all earlier layers are done
      node = step.node;
      CHECK(step.block == static_cast<int>(i));
      CHECK(step.core == mapping->blocks[i].core);
      CHECK(step.products == matrix_shape(net, node).products);
      CHECK(step.finish - step.start == step.products);
      CHECK(step.start >= layer_start);
      CHECK(step.start >= busy_until[step.core]);
      busy_until[step.core] = step.finish;
      finish = std::max(finish, step.finish);
    }
    CHECK(static_cast<double>(finish) * chip.mvm_time_s == Approx(mapping->cost.latency_s));
  }
}

TEST_CASE("blocks of one layer on different cores start together") {
  const Architecture net = dense_chain("chain", 8, {4});
  std::vector<Block> blocks = {{1, {0, 4, 0, 4}, 0, 0, 0, 0}, {1, {4, 4, 0, 4}, 1, 1, 0, 0}};
  auto steps = make_schedule(net, blocks);
  CHECK(steps[0].start == 0);
  CHECK(steps[1].start == 0);
  blocks[1].core = 0;
  steps = make_schedule(net, blocks);
  CHECK(steps[1].start == 1);
  CHECK(steps[1].finish == 2);
}

}  // namespace mho
