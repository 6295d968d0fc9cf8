// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/analog/tile/crossbar_matrix.hpp"

namespace mho {

/// Products with a matrix at the present moment, both ways, through the tiles' periphery: of vectors that no
/// calibration knows, averaged over reads and counted. A read of the devices is held until devices are
/// written or time passes.
class CrossbarProducts {
 public:
  /// `matrix` must outlive this; `chip` fixes its columns' deviations, as for FrozenMatrix::hold.
  CrossbarProducts(const CrossbarMatrix& matrix, RandomKey chip) : matrix_(matrix), chip_(chip) {}

  /// Takes one read of all devices `ahead_s` seconds from now: what products go through until the next one,
  /// or until the matrix changes. Throws as CrossbarMatrix::read.
  void hold_read(double ahead_s, RandomKey key);

  /// Of vectors x[v * rows + r] to y[v * columns + c]. Each is the mean of `reads` of them: what is drawn
  /// anew for every product (output noise, rounding, weight noise of every read) falls with 1 / sqrt(reads),
  /// while errors of writing, drift and the devices' own read noise, which is slow, stay what they are at
  /// this moment. Takes a read where none is held. The full scale of inputs is hardware.input_range_value
  /// where that is fixed, else the largest |x| of the call, or of each tile and vector (noise_management).
  /// Throws ConfigError for fewer than one read.
  void multiply(const float* x, int vectors, int reads, RandomKey key, float* y);
  /// The other way, x[v * columns + c] to y[v * rows + r], through transposed_io.
  void multiply_transposed(const float* x, int vectors, int reads, RandomKey key, float* y);

  /// Products and conversions so far; the read-outs of drift compensation, the matrix's own too, are forward
  /// ones.
  TileUse forward_use() const;
  TileUse transposed_use() const;

 private:
  FrozenMatrix& held(RandomKey key);

  const CrossbarMatrix& matrix_;
  RandomKey chip_;
  std::optional<FrozenMatrix> frozen_;
  std::uint64_t revision_ = 0;  ///< of the matrix when frozen_ was read
  TileUse read_outs_;
};

}  // namespace mho
