// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/linalg/array_operator.hpp"
#include "core/linalg/sketch.hpp"

namespace mho {

/// How x is found (what is digital and what an array does: docs/linalg.md).
enum class LstsqMethod {
  solve,         ///< sketch-and-solve: min ||S A x - S b||, as exact as the sketch
  precondition,  ///< the sketch's R preconditions conjugate gradients with digital products: digital
                 ///< precision
  refine         ///< iterative refinement: digital residuals, steps found with products on the array
};
template <>
inline constexpr std::array words_of<LstsqMethod>{"solve", "precondition", "refine"};

/// Which operand of S A lies on the array; the other one is its inputs.
enum class Held {
  sketch,  ///< S^T: columns of A and b go in; errors of writing only make another sketch of both
  matrix   ///< [A b]: rows of S go in; errors of writing change the problem
};
template <>
inline constexpr std::array words_of<Held>{"sketch", "matrix"};

struct LstsqOptions {
  int sketch_rows = 0;  ///< 0: 4 a column of A
  SketchKind sketch = SketchKind::gaussian;
  LstsqMethod method = LstsqMethod::solve;
  Held held = Held::sketch;  ///< refine always holds the matrix
  double tolerance = 1e-10;  ///< of ||A^T r|| / (||A||_F ||r||), and of ||r|| / ||b||
  int iterations = 100;
  int inner_iterations = 12;  ///< refine: of flexible GMRES on the array for one step
  bool exact = false;         ///< find the exact solution too, for the errors
};

/// What the exact solution says of a result.
struct LstsqErrors {
  double residual_norm = 0;   ///< of the exact solution
  double residual_ratio = 0;  ///< the result's over that (1 when both are 0)
  double solution = 0;        ///< ||x - x_exact|| / ||x_exact||
};

struct LstsqResult {
  RealVector x;
  double residual_norm = 0;     ///< ||A x - b||, in digital
  RealVector history;           ///< of ||A x - b||, an entry an iteration, the sketched solution's first
  RealVector gradient_history;  ///< of ||A^T r|| / (||A||_F ||r||)
  bool converged = false;
  std::string reason;  ///< why it ended, in words
  int sketch_rows = 0;
  ArrayBill bill;
  double digital_multiply_adds = 0;  ///< that remain
  double exact_multiply_adds = 0;    ///< of Householder QR on the whole problem
  std::optional<LstsqErrors> errors;
};

/// x with the smallest ||A x - b||, A of m x d, m >= d. Everything drawn comes from `key`. Throws DataError
/// for shapes that do not fit and numbers that are not finite, or when columns of A depend on each other (to
/// 1e-10); ConfigError for fewer sketch rows than d + 1; MappingError for an operand larger than the chip.
LstsqResult lstsq(const RealMatrix& a, const RealVector& b, const LstsqOptions& options,
                  const ArraySettings& settings, RandomKey key);

/// Throws DataError that names a column of A (m x d, m >= d) which depends on others, found on a digital
/// CountSketch of A.
void check_rank(const RealMatrix& a, RandomKey key);

}  // namespace mho
