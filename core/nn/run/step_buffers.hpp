// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/kernels/arithmetic.hpp"
#include "core/nn/run/buffer_layout.hpp"

namespace mho {

/// The fixed parts that a mini-batch is cut into, and how many images of one walk through a level together:
/// an even number in bfloat16, whose weight gradients take images in pairs.
struct BatchCut {
  BatchCut(const NetworkPlan& plan, int batch_size, int wanted_parts,
           Arithmetic arithmetic = Arithmetic::float32);
  int part_size;
  int walk;
  std::size_t parts;
};

/// The memory of a training step's values and gradients, as a BufferPlan wants it.
class StepBuffers {
 public:
  StepBuffers(const NetworkPlan& plan, int batch_size, const BatchCut& cut,
              Arithmetic arithmetic = Arithmetic::float32);

  /// Where each operation's values and gradients lie for some images of a part: pointers to the first. Halves
  /// are null where floats outlive the walk.
  struct Pointers {
    std::vector<float*> values;
    std::vector<float*> gradients;  ///< null for the network's input
    std::vector<std::uint16_t*> value_halves, gradient_halves;
  };
  /// Of image `first` on, after which `images` begins.
  const Pointers& point_to(std::size_t part, const float* images, int first);
  /// Those of the last call.
  const Pointers& pointers(std::size_t part) const { return parts_[part]; }
  /// Whether an operation's values do not outlive their walk.
  bool value_in_walk(int op) const { return buffers_.value_in_walk[static_cast<std::size_t>(op)]; }
  /// Floats held.
  std::size_t floats() const { return memory_.size(); }

 private:
  const NetworkPlan& plan_;
  BufferPlan buffers_;
  BufferLayout layout_;
  FloatBuffer memory_;
  std::vector<Pointers> parts_;
};

}  // namespace mho
