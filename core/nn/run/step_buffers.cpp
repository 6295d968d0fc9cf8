// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/step_buffers.hpp"

#include <algorithm>

namespace mho {
namespace {

std::uint16_t* halves(float* floats) { return reinterpret_cast<std::uint16_t*>(floats); }

/// The next even number in bfloat16.
int in_pairs(int images, Arithmetic arithmetic) {
  return arithmetic == Arithmetic::bfloat16 ? images + images % 2 : images;
}

}  // namespace

BatchCut::BatchCut(const NetworkPlan& plan, int batch_size, int wanted_parts, Arithmetic arithmetic)
    : part_size(std::min(batch_size, in_pairs(plan.largest_part(batch_size, wanted_parts), arithmetic))),
      walk(std::min(in_pairs(plan.images_per_walk, arithmetic), part_size)),
      parts(static_cast<size_t>((batch_size + part_size - 1) / part_size)) {}

StepBuffers::StepBuffers(const NetworkPlan& plan, int batch_size, const BatchCut& cut, Arithmetic arithmetic)
    : plan_(plan),
      buffers_(plan, arithmetic),
      layout_(plan, buffers_, batch_size, cut.parts, cut.walk),
      memory_(layout_.floats),
      parts_(cut.parts) {
  const size_t ops = plan.operations.size();
  for (auto& part : parts_)
    part = {std::vector<float*>(ops), std::vector<float*>(ops), std::vector<std::uint16_t*>(ops),
            std::vector<std::uint16_t*>(ops)};
}

const StepBuffers::Pointers& StepBuffers::point_to(std::size_t index, const float* images, int first) {
  auto& [values, gradients, value_halves, gradient_halves] = parts_[index];
  const auto &batch = layout_.batch, &walk = layout_.walks[index];
  values[0] = const_cast<float*>(images) + first * plan_.operations[0].shape.size();  // only ever read
  for (size_t k = 1; k + 1 < values.size(); ++k) {
    const std::int64_t at = first * plan_.operations[k].shape.size();
    float* const value = memory_.data() + batch.values[k];
    float* const gradient = memory_.data() + batch.gradients[k];
    values[k] = buffers_.value_has_walk(k) ? memory_.data() + walk.values[k] : value + at;
    gradients[k] = buffers_.gradient_has_walk(k) ? memory_.data() + walk.gradients[k] : gradient + at;
    if (buffers_.value_in_halves[k]) value_halves[k] = halves(value) + at;
    if (buffers_.gradient_in_halves[k]) gradient_halves[k] = halves(gradient) + at;
  }
  return parts_[index];
}

}  // namespace mho
