// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/linalg/array_operator.hpp"

namespace mho {

struct SvdOptions {
  int components = 10;
  int oversample = 10;  ///< columns of the sketch beyond the components
  int power_steps = 1;  ///< products X^T (X Q) both ways on the array
  bool exact = false;   ///< find the exact decomposition too, for the errors
};

/// What the exact decomposition says of a result.
struct SvdErrors {
  double captured = 0;         ///< part of ||X||_F^2 that the exact components hold
  double singular_values = 0;  ///< largest relative error of one
};

struct SvdResult {
  RealMatrix u;         ///< rows x components
  RealVector s;         ///< falling
  RealMatrix vt;        ///< components x columns, orthonormal; the largest entry of each is positive
  RealVector mean;      ///< of pca: of the columns; else empty
  double captured = 0;  ///< part of ||X||_F^2 (X less its mean) that the components hold, in digital
  ArrayBill bill;
  double digital_multiply_adds = 0;
  double exact_multiply_adds = 0;  ///< of the exact decomposition, by the smaller Gram matrix
  std::optional<SvdErrors> errors;
};

/// The largest singular values of X by a randomized range finder (Halko, Martinsson and Tropp, SIAM Review
/// 53, 217, 2011): Y = X^T Omega, power steps Y = X^T (X Q), and X Q on the array that holds X; QR and the
/// small decomposition in digital. Throws DataError for numbers that are not finite, ConfigError for
/// components below 1 or above the smaller side, MappingError when the chip is too small.
SvdResult svd(const RealMatrix& x, const SvdOptions& options, const ArraySettings& settings, RandomKey key);

/// svd of X less its columns' means (digital): principal components of rows.
SvdResult pca(const RealMatrix& x, const SvdOptions& options, const ArraySettings& settings, RandomKey key);

/// ||X V||^2 / ||X||^2 of orthonormal rows vt.
double captured_part(const RealMatrix& x, const RealMatrix& vt);

}  // namespace mho
