// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/buffer_plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

Architecture published(const std::string& name) {
  const auto task = published_task(name);
  return make_builtin(name, task.input, task.classes);
}

}  // namespace

TEST_CASE("a chain of batch norms holds two gradients, however deep, and none of their outputs") {
  const NetworkPlan plan(published("ds_cnn"));
  const BufferPlan buffers(plan);
  CHECK(buffers.slot_floats == std::vector<std::int64_t>{25 * 5 * 64, 25 * 5 * 64});
  const int last = plan.levels - 1;  // whose values are read back before their walk ends
  for (size_t i = 1; i + 1 < plan.operations.size(); ++i)
    CHECK(buffers.value_in_walk[i] == (plan.operations[i].needs_batch || plan.operations[i].level == last));
}

TEST_CASE(
    "in bfloat16 a batch norm's input is held in halves, and its gradient where no later level adds to it") {
  const NetworkPlan plan(published("resnet8"));
  const BufferPlan buffers(plan, Arithmetic::bfloat16);
  int halves = 0, residuals = 0;
  for (size_t i = 1; i + 1 < plan.operations.size(); ++i) {
    const auto& op = plan.operations[i];
    if (!op.needs_batch) continue;
    ++halves;
    CHECK(buffers.value_in_halves[static_cast<size_t>(op.inputs[0])]);
    CHECK_FALSE(buffers.value_in_halves[i]);
    CHECK(buffers.gradient_in_halves[i] == buffers.value_in_walk[i]);
    residuals += !buffers.value_in_walk[i];
  }
  CHECK(halves == 7);
  CHECK(residuals == 1);  // of the stem, which the first block adds again
  const BufferPlan none(NetworkPlan(published("lenet5")), Arithmetic::bfloat16);
  CHECK(std::count(none.value_in_halves.begin(), none.value_in_halves.end(), true) == 0);
}

TEST_CASE("what a later level adds as a residual is held for the whole mini-batch") {
  const NetworkPlan plan(published("resnet8"));
  const BufferPlan buffers(plan);
  int residuals = 0;
  for (const auto& op : plan.operations) {
    if (!op.needs_batch || op.inputs.size() < 2) continue;
    ++residuals;
    CHECK_FALSE(buffers.value_in_walk[static_cast<size_t>(op.inputs[1])]);
  }
  CHECK(residuals == 3);
}

TEST_CASE("gradients that share memory are never wanted in the same level") {
  const NetworkPlan plan(published(GENERATE("ds_cnn", "resnet8", "resnet20", "mobilenet_v1_025", "lenet5")));
  const BufferPlan buffers(plan);
  // Marks every level that touches a gradient, event by event as the backward pass does.
  std::vector<std::vector<int>> owner(buffers.slot_floats.size(),
                                      std::vector<int>(static_cast<size_t>(plan.levels), 0));
  const auto touch = [&](int op, int first, int last) {
    const int slot = buffers.gradient_slot[static_cast<size_t>(op)];
    if (slot < 0) {
      CHECK((op == 0 || first == last));
      return;
    }
    CHECK(buffers.slot_floats[static_cast<size_t>(slot)] >=
          plan.operations[static_cast<size_t>(op)].shape.size());
    for (int level = first; level <= last; ++level) {
      int& here = owner[static_cast<size_t>(slot)][static_cast<size_t>(level)];
      CHECK((here == 0 || here == op));
      here = op;
    }
  };
  for (const auto& op : plan.operations)
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      const auto& below = plan.operations[static_cast<size_t>(op.inputs[i])];
      const bool normalised = op.needs_batch && i == 0;
      if (normalised) touch(static_cast<int>(&op - plan.operations.data()), below.level, op.level);
      touch(op.inputs[i], below.level, normalised ? below.level : op.level);
    }
}
