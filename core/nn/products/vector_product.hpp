// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mho {

/// Matrix-vector products that need a whole input vector at once, such as a crossbar with all its effects:
/// what a MatrixOperand may hold in place of the fused products. Immutable; calls may run side by side.
class VectorProduct {
 public:
  virtual ~VectorProduct() = default;

  /// y[v][column] = product of x[v][row], v < vectors, both row-major without padding. What is drawn depends
  /// on (key, first_vector + v) only.
  virtual void forward(const float* x, int vectors, std::uint64_t key, std::uint64_t first_vector,
                       float* y) const = 0;

  /// Whether gradients go back through converters of their own; `backward` may be called only then.
  virtual bool has_backward() const = 0;

  /// dx[v][row] = transposed product of dy[v][column]. What is drawn depends on this object (one a
  /// mini-batch) and first_vector + v.
  virtual void backward(const float* dy, int vectors, std::uint64_t first_vector, float* dx) const = 0;
};

}  // namespace mho
