// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/linalg/array_operator.hpp"

namespace mho {

/// The [hardware] for what is written by pulses: single constant_step devices on linalg_hardware.
HardwareConfig streaming_hardware();

/// M <- forget M + x d^T on an array, by pulses. Nothing on the array shrinks: updates grow by 1 / forget
/// instead, and when they have doubled the matrix is read and written again at half its size.
class Accumulator {
 public:
  struct Shape {
    int rows = 0;
    std::vector<double> largest;  ///< by column: the largest |M| to be expected; more is clipped
    double forget = 1;            ///< above 0, at most 1
  };

  /// Throws ConfigError for a device without pulses (`what` says who needs them), a forget outside (0, 1], a
  /// largest that is not above 0; else as ArrayOperator.
  Accumulator(const Shape& shape, const UpdateConfig& update, const ArraySettings& settings, RandomKey key,
              const std::string& what);

  int rows() const { return array_.rows(); }
  int columns() const { return array_.columns(); }

  /// One outer product; x of rows, d of columns numbers.
  void add(const RealVector& x, const RealVector& d);

  /// M as products show it: the array is asked with Hadamard vectors on its shorter side, which takes the
  /// noise of a single read down by the root of their number.
  RealMatrix read();

  /// Largest part of the full scale that an entry has come to; at 1 entries are clipped.
  double fill() const;
  std::int64_t rewrites() const { return rewrites_; }
  ArrayBill bill() const { return array_.bill(); }

 private:
  RealMatrix read_array();

  std::vector<float> scales_;
  double forget_;
  UpdateConfig update_;
  ArrayOperator array_;
  double growth_ = 1;  ///< M is what the array holds over this
  std::int64_t rewrites_ = 0;
};

}  // namespace mho
