// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/linalg/accumulator.hpp"

namespace mho {

struct StreamingPcaOptions {
  int features = 0;
  int components = 10;
  int oversample = 0;     ///< 0: components + 10
  double row_norm = 0;    ///< root mean square of ||x||; above 0
  double forget = 0.999;  ///< weight of what was, a row later, in the sum of x x^T
  std::int64_t rows = 0;  ///< with forget = 1: how many will come
};

/// Principal components (not centred) of rows that arrive one by one, from a sketch of C = sum x x^T: one
/// array holds Omega and gives z = Omega^T x, the other takes Y += x z^T, so that Y = C Omega. Components are
/// Y's left singular vectors, in digital.
class StreamingPca {
 public:
  /// Throws ConfigError for an unknown norm or length, components below 1 or above the features, a device
  /// without pulses; MappingError where an array is larger than the chip.
  StreamingPca(const StreamingPcaOptions& options, const ArraySettings& settings, RandomKey key);

  /// Takes rows of `features` numbers.
  void add(const RealMatrix& x);

  struct Components {
    RealMatrix vt;         ///< components x features, orthonormal; the largest entry of each is positive
    RealVector variances;  ///< of the weighed sum C, falling
  };
  /// Of what has arrived. Throws DataError before the first row.
  Components components();

  std::int64_t rows() const { return rows_; }
  double fill() const { return sum_.fill(); }
  std::int64_t rewrites() const { return sum_.rewrites(); }
  ArrayBill bill() const;

 private:
  StreamingPcaOptions options_;
  RealMatrix omega_;
  ArrayOperator projection_;
  Accumulator sum_;
  std::int64_t rows_ = 0;
};

}  // namespace mho
