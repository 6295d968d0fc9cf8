// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/step_buffers.hpp"

#include <algorithm>

namespace mho {
namespace {

void grow(FloatBuffer& buffer, std::int64_t image, int images) {
  buffer.resize(static_cast<size_t>(image * images) + kernel_slack());
}

/// The next even number in bfloat16.
int in_pairs(int images, Arithmetic arithmetic) {
  return arithmetic == Arithmetic::bfloat16 ? images + images % 2 : images;
}

}  // namespace

BatchCut::BatchCut(const NetworkPlan& plan, int batch_size, int wanted_parts, Arithmetic arithmetic)
    : part_size(std::min(batch_size, in_pairs(plan.largest_part(batch_size, wanted_parts), arithmetic))),
      walk(std::min(in_pairs(plan.images_per_walk, arithmetic), part_size)),
      parts(static_cast<size_t>((batch_size + part_size - 1) / part_size)) {}

StepBuffers::StepBuffers(const NetworkPlan& plan, int batch_size, const BatchCut& cut)
    : plan_(plan),
      buffers_(plan),
      values_(plan.operations.size()),
      gradients_(buffers_.slot_floats.size()),
      parts_(cut.parts) {
  const size_t ops = plan.operations.size();
  for (auto& part : parts_)
    part = {std::vector<FloatBuffer>(ops),
            std::vector<FloatBuffer>(ops),
            {std::vector<float*>(ops, nullptr), std::vector<float*>(ops, nullptr)}};
  for (size_t slot = 0; slot < gradients_.size(); ++slot)
    grow(gradients_[slot], buffers_.slot_floats[slot], batch_size);
  for (size_t k = 1; k + 1 < ops; ++k) {
    const std::int64_t image = plan.operations[k].shape.size();
    if (!buffers_.value_in_walk[k]) grow(values_[k], image, batch_size);
    for (auto& part : parts_) {
      if (buffers_.value_in_walk[k]) grow(part.walk_values[k], image, cut.walk);
      if (buffers_.gradient_slot[k] == BufferPlan::walk_only) grow(part.walk_gradients[k], image, cut.walk);
    }
  }
}

const StepBuffers::Pointers& StepBuffers::point_to(std::size_t index, const float* images, int first) {
  Part& part = parts_[index];
  auto& [values, gradients] = part.pointers;
  values[0] = const_cast<float*>(images) + first * plan_.operations[0].shape.size();  // only ever read
  for (size_t k = 1; k < values.size(); ++k) {
    const std::int64_t at = first * plan_.operations[k].shape.size();
    const int slot = buffers_.gradient_slot[k];
    values[k] = values_[k].empty() ? part.walk_values[k].data() : values_[k].data() + at;
    gradients[k] =
        slot < 0 ? part.walk_gradients[k].data() : gradients_[static_cast<size_t>(slot)].data() + at;
  }
  return part.pointers;
}

std::size_t StepBuffers::floats() const {
  std::size_t floats = 0;
  const auto count = [&](const std::vector<FloatBuffer>& buffers) {
    for (const auto& buffer : buffers) floats += buffer.size();
  };
  count(values_);
  count(gradients_);
  for (const auto& part : parts_) {
    count(part.walk_values);
    count(part.walk_gradients);
  }
  return floats;
}

}  // namespace mho
