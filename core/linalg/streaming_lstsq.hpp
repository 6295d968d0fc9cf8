// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/linalg/accumulator.hpp"
#include "core/linalg/sketch.hpp"

namespace mho {

/// What has to be known of a stream before its first row.
struct StreamOptions {
  int unknowns = 0;
  int sketch_rows = 0;     ///< 0: 8 an unknown
  double row_norm = 0;     ///< root mean square of ||a||; above 0
  double target_norm = 0;  ///< root mean square of b; above 0
  double forget = 1;  ///< weight of what was, a row later, in the sketch; its square in the sum of squares
  std::int64_t rows = 0;  ///< with forget = 1: how many will come
};

/// Least squares of rows (a, b) that arrive one by one: S [A b] lies on an array and takes every row as an
/// outer product. The sketch is a CountSketch: a row moves the devices of one of the array's rows only, by
/// whole pulses, so that writes and their noise are 1 / sketch_rows of a dense sketch's.
class StreamingLstsq {
 public:
  /// Throws ConfigError for an unknown norm or length, a device without pulses, sketch_rows <= unknowns;
  /// MappingError where the sketch is larger than the chip.
  StreamingLstsq(const StreamOptions& options, const ArraySettings& settings, RandomKey key);

  /// Takes rows: a of any number of them x unknowns, b one a row.
  void add(const RealMatrix& a, const RealVector& b);

  /// x of what has arrived: the sketch is read and solved in digital. Throws DataError before there are more
  /// rows than unknowns.
  RealVector solve();

  std::int64_t rows() const { return rows_; }
  /// Accumulator's.
  double fill() const { return sketch_.fill(); }
  std::int64_t rewrites() const { return sketch_.rewrites(); }
  ArrayBill bill() const { return sketch_.bill(); }

 private:
  StreamOptions options_;
  Sketch signs_;
  Accumulator sketch_;
  std::int64_t rows_ = 0;
};

}  // namespace mho
