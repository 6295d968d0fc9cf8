// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/kernels/arithmetic.hpp"
#include "core/nn/run/buffer_plan.hpp"

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

/// The memory of a training step's values and gradients, laid out by a BufferPlan.
class StepBuffers {
 public:
  StepBuffers(const NetworkPlan& plan, int batch_size, const BatchCut& cut);

  /// Where each operation's values and gradients lie for some images of a part: pointers to the first.
  struct Pointers {
    std::vector<float*> values;
    std::vector<float*> gradients;  ///< null for the network's input
  };
  /// Of image `first` on, after which `images` begins.
  const Pointers& point_to(std::size_t part, const float* images, int first);
  /// Those of the last call.
  const Pointers& pointers(std::size_t part) const { return parts_[part].pointers; }
  /// Whether an operation's values do not outlive their walk.
  bool value_in_walk(int op) const { return buffers_.value_in_walk[static_cast<std::size_t>(op)]; }
  /// Floats held.
  std::size_t floats() const;

 private:
  struct Part {
    std::vector<FloatBuffer> walk_values, walk_gradients;  ///< what lives only within one walk
    Pointers pointers;
  };

  const NetworkPlan& plan_;
  BufferPlan buffers_;
  std::vector<FloatBuffer> values_;     ///< one an operation; empty where a walk's buffer serves
  std::vector<FloatBuffer> gradients_;  ///< [slot]
  std::vector<Part> parts_;
};

}  // namespace mho
