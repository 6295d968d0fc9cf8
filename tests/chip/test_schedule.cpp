// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/schedule.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/chip/mapping/tiling.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

/// Each group does its own products once, in order, after its layer's input is complete.
void check_steps(const Architecture& net, const std::vector<Block>& blocks, const Schedule& schedule) {
  std::vector<std::int64_t> done(blocks.size(), 0), until(blocks.size(), 0);
  for (const Step& step : schedule.steps) {
    const auto block = static_cast<size_t>(step.block);
    const auto node = static_cast<size_t>(step.node);
    REQUIRE((step.node == blocks[block].node && step.core == blocks[block].core));
    REQUIRE((step.products >= 1 && step.finish - step.start == step.products));
    REQUIRE(step.first_product == done[block]);
    REQUIRE(step.start >= until[block]);
    REQUIRE(step.start >= schedule.done[static_cast<size_t>(net.nodes()[node].inputs.front())]);
    REQUIRE((step.start >= schedule.begun[node] && step.finish <= schedule.done[node]));
    done[block] += step.products;
    until[block] = step.finish;
  }
  for (size_t i = 0; i < blocks.size(); ++i)
    REQUIRE(done[i] == (blocks[i].group == static_cast<int>(i) ? blocks[i].products : 0));
  for (size_t node = 0; node < net.nodes().size(); ++node)
    for (const int input : net.nodes()[node].inputs)
      REQUIRE(schedule.done[node] >= schedule.done[static_cast<size_t>(input)]);
}

/// The first images of the pipeline, all at once: no core has two steps in one tick.
void check_cores(const Schedule& schedule, int images) {
  std::map<int, std::vector<std::pair<std::int64_t, std::int64_t>>> busy;
  for (int image = 0; image < images; ++image)
    for (const Step& step : schedule.steps)
      busy[step.core].emplace_back(image * schedule.interval + step.start,
                                   image * schedule.interval + step.finish);
  for (auto& [core, spans] : busy) {
    std::sort(spans.begin(), spans.end());
    for (size_t i = 1; i < spans.size(); ++i) REQUIRE(spans[i].first >= spans[i - 1].second);
  }
}

std::int64_t busiest_core(const Schedule& schedule) {
  std::map<int, std::int64_t> work;
  std::int64_t most = 0;
  for (const Step& step : schedule.steps) most = std::max(most, work[step.core] += step.products);
  return most;
}

Block block_of(int node, int row_split, int core, std::int64_t products, int group) {
  Block block;
  block.node = node;
  block.extent = {4 * row_split, 4, 0, 4};
  block.row_split = row_split;
  block.core = core;
  block.products = products;
  block.group = group;
  return block;
}

}  // namespace

TEST_CASE("no core does two things at once, in a full pipeline and alone, for every objective") {
  for (const std::string& name : builtin_names())
    for (const auto objective : all_values<MappingObjective>()) {
      INFO(name << " " << word_of(objective));
      const Architecture net = builtin(name);
      MappingConfig config;
      config.objective = objective;
      const auto mapping = map_onto_chip(net, ChipConfig{}, config).mapping;
      REQUIRE(mapping.has_value());
      for (const auto images : {Images::one, Images::pipelined}) {
        const Schedule schedule = make_schedule(net, mapping->blocks, images);
        check_steps(net, mapping->blocks, schedule);
        check_cores(schedule, images == Images::one ? 2 : 5);
        CHECK(count_core_mvms(schedule) == mapping->cost.core_mvms);
        if (images == Images::one) {
          CHECK(schedule.fill <= schedule.interval);
          CHECK(static_cast<double>(schedule.fill) * 133e-9 == Approx(mapping->cost.latency_s));
        } else {
          CHECK(schedule.interval == busiest_core(schedule));
          CHECK(schedule.interval == mapping->cost.interval);
          CHECK(schedule.fill == mapping->cost.fill);
          CHECK(static_cast<double>(schedule.fill) * 133e-9 >= mapping->cost.latency_s - 1e-12);
        }
      }
    }
}

TEST_CASE("blocks of one layer on different cores start together and add up over a link") {
  const Architecture net = dense_chain("chain", 8, {4});
  std::vector<Block> blocks = {block_of(1, 0, 0, 1, 0), block_of(1, 1, 1, 1, 1)};
  Schedule schedule = make_schedule(net, blocks, Images::one);
  CHECK(schedule.steps[0].start == 0);
  CHECK(schedule.steps[1].start == 0);
  CHECK(schedule.fill == 2);  // one product, one partial sum
  blocks[1].core = 0;
  schedule = make_schedule(net, blocks, Images::one);
  CHECK(schedule.steps[1].start == 1);
  CHECK(schedule.fill == 2);  // two products, added where they are made
}

TEST_CASE("a group works as one, and disjoint blocks of a core at once") {
  const Architecture net = dense_chain("chain", 4, {4, 4});
  std::vector<Block> blocks = {block_of(1, 0, 0, 3, 0), block_of(1, 0, 0, 2, 0), block_of(2, 0, 0, 3, 2)};
  const Schedule turns = make_schedule(net, blocks, Images::pipelined);
  CHECK(turns.steps.size() == 2);
  CHECK(turns.interval == 6);
  CHECK(count_core_mvms(turns) == 6);
  const Schedule at_once = make_schedule(net, blocks, Images::pipelined, true);
  CHECK(at_once.interval == 3);
  CHECK(count_core_mvms(at_once) == 3);
}

TEST_CASE("a layer whose ticks are taken waits, and works in pieces where the gaps are short") {
  // Core 0 has layers 1 and 3 of 3 and 4 products, core 1 layer 2 of 2: layer 3 is ready at tick 5 of 7.
  const Architecture net = dense_chain("chain", 4, {4, 4, 4});
  const std::vector<Block> blocks = {block_of(1, 0, 0, 3, 0), block_of(2, 0, 1, 2, 1),
                                     block_of(3, 0, 0, 4, 2)};
  const Schedule schedule = make_schedule(net, blocks, Images::pipelined);
  CHECK(schedule.interval == 7);
  REQUIRE(schedule.steps.size() == 4);
  CHECK(schedule.steps[2].start == 5);
  CHECK(schedule.steps[2].products == 2);
  CHECK(schedule.steps[3].start == 10);
  CHECK(schedule.fill == 12);
  check_cores(schedule, 6);
}

TEST_CASE("a recurrent layer's steps wait for each other's sums") {
  const Architecture net = small_lstm();
  ChipConfig chip = small_chip(2, 2, 5);
  chip.crossbar_columns = 10;
  auto blocks = cut_into_blocks(net, chip);
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i].core = static_cast<int>(i);
  for (const Images images : {Images::one, Images::pipelined}) {
    const auto schedule = make_schedule(net, blocks, images);
    check_steps(net, blocks, schedule);
    check_cores(schedule, 4);
    for (const Step& step : schedule.steps) {
      CHECK(step.products == 1);
      // One tick for all cores, one for the partial sums' way; a pipeline's other images take ticks in
      // between.
      if (images == Images::one) CHECK(step.start == 2 * step.first_product);
    }
    if (images == Images::one) CHECK(schedule.fill == 3 * 2);
    if (images == Images::pipelined) CHECK(schedule.interval == 3);
  }
  for (auto& block : blocks) block.core = 0;  // four products a step, and no way to go
  CHECK(make_schedule(net, blocks, Images::one).fill == 3 * 4);
  CHECK(make_schedule(net, blocks, Images::one, true).fill == 3);
}

}  // namespace mho
