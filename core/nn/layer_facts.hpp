// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/nn/architecture.hpp"

namespace mho {

/// What a layer makes of its inputs, found without building a weight.
struct LayerFacts {
  Layer layer;                  ///< the layer with `same` resolved into `padding`
  Shape shape;                  ///< of the output
  MatrixShape matrix;           ///< rows == 0 without weights
  std::int64_t parameters = 0;  ///< trainable numbers: weights, biases, gamma and beta
  std::int64_t weights = 0;     ///< rows x columns x groups
  std::int64_t macs = 0;        ///< weights x products
};

/// Largest activation of one image, in numbers; and per layer, weights and multiply-accumulates: far above
/// any network for a chip, and small enough that no count overflows.
inline constexpr std::int64_t largest_activation = std::int64_t{1} << 28;
inline constexpr std::int64_t largest_weights = std::int64_t{1} << 40;
inline constexpr std::int64_t largest_macs = std::int64_t{1} << 48;
/// Largest kernel, stride and padding, in pixels.
inline constexpr int largest_window = 4096;

/// Throws ArchitectureError unless every side is at least 1 and the size at most largest_activation.
void check_shape(const Shape& shape, const std::string& where);

/// The facts of `layer` on inputs of these shapes. Throws ArchitectureError, beginning with `where`: wrong
/// number of inputs, an attribute out of its range, a window larger than its padded image, groups that do not
/// divide the channels, inputs whose shapes do not go together, a result too large.
LayerFacts layer_facts(const Layer& layer, const std::vector<Shape>& inputs, const std::string& where);

}  // namespace mho
