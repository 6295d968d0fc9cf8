// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/buffer_layout.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("buffers lie apart, on cache lines, within the block; halves take less of it") {
  const auto name = GENERATE("ds_cnn", "resnet8", "lenet5");
  const auto task = published_task(name);
  const NetworkPlan plan(make_builtin(name, task.input, task.classes));
  const int batch = 100, walk = 2;
  const size_t parts = 3;
  std::vector<size_t> totals;
  for (const auto arithmetic : {Arithmetic::float32, Arithmetic::bfloat16}) {
    const BufferPlan buffers(plan, arithmetic);
    const BufferLayout layout(plan, buffers, batch, parts, walk);
    std::vector<std::pair<size_t, size_t>> taken;  // first, end
    const auto take = [&](size_t at, std::int64_t floats) {
      CHECK(at % column_alignment == 0);
      taken.emplace_back(at, at + static_cast<size_t>(floats));
    };
    for (size_t slot = 0; slot < buffers.slot_floats.size(); ++slot)
      for (size_t k = 1; k + 1 < plan.operations.size(); ++k)
        if (buffers.gradient_slot[k] == static_cast<int>(slot)) {
          take(layout.batch.gradients[k], buffers.slot_floats[slot] * batch);
          break;
        }
    for (size_t k = 1; k + 1 < plan.operations.size(); ++k) {
      const std::int64_t image = plan.operations[k].shape.size();
      if (!buffers.value_in_walk[k])
        take(layout.batch.values[k], batch * (buffers.value_in_halves[k] ? floats_of_halves(image) : image));
      for (const auto& part : layout.walks) {
        if (buffers.value_has_walk(k)) take(part.values[k], image * walk);
        if (buffers.gradient_has_walk(k)) take(part.gradients[k], image * walk);
      }
    }
    std::sort(taken.begin(), taken.end());
    for (size_t i = 0; i + 1 < taken.size(); ++i) CHECK(taken[i].second <= taken[i + 1].first);
    CHECK(taken.back().second + kernel_slack() <= layout.floats + column_alignment);
    totals.push_back(layout.floats);
  }
  CHECK(totals[1] <= totals[0] * (plan.levels > 1 ? 0.75 : 1.0));
}
