// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/buffer_layout.hpp"

#include "core/base/aligned.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {

BufferLayout::BufferLayout(const NetworkPlan& plan, const BufferPlan& buffers, int batch_size,
                           std::size_t parts, int walk) {
  const std::size_t ops = plan.operations.size();
  const Offsets none{std::vector<std::size_t>(ops, 0), std::vector<std::size_t>(ops, 0)};
  batch = none;
  walks.assign(parts, none);
  const auto place = [&](std::int64_t image, int images) {
    const std::size_t at = floats, size = static_cast<std::size_t>(image * images) + kernel_slack();
    floats += (size + column_alignment - 1) / column_alignment * column_alignment;  // on cache lines
    return at;
  };
  std::vector<std::size_t> slots;
  for (const std::int64_t image : buffers.slot_floats) slots.push_back(place(image, batch_size));
  for (std::size_t k = 1; k + 1 < ops; ++k) {
    const std::int64_t image = plan.operations[k].shape.size();
    if (buffers.gradient_slot[k] >= 0)
      batch.gradients[k] = slots[static_cast<std::size_t>(buffers.gradient_slot[k])];
    if (!buffers.value_in_walk[k])
      batch.values[k] = place(buffers.value_in_halves[k] ? floats_of_halves(image) : image, batch_size);
  }
  for (auto& part : walks)
    for (std::size_t k = 1; k + 1 < ops; ++k) {
      const std::int64_t image = plan.operations[k].shape.size();
      if (buffers.value_has_walk(k)) part.values[k] = place(image, walk);
      if (buffers.gradient_has_walk(k)) part.gradients[k] = place(image, walk);
    }
}

}  // namespace mho
