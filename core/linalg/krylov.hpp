// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/linalg/dense.hpp"

namespace mho {

/// y = A x.
using LinearMap = std::function<RealVector(const RealVector&)>;

/// What stands for the inverse of a matrix. One on an array is another one at every product.
struct Preconditioner {
  LinearMap apply;      ///< empty: none
  bool varies = false;  ///< from product to product, as with the noise of an array
};

struct IterationLimits {
  double tolerance = 1e-6;  ///< of ||b - A x|| / ||b||
  int iterations = 200;
};

struct IterationResult {
  RealVector x;
  RealVector history;  ///< ||b - A x|| / ||b|| after every iteration, from the start (1) on
  bool converged = false;
  std::string reason;  ///< "tolerance", "iterations", "diverged" or "breakdown"
};

/// Flexible GMRES without restart (Saad, SIAM J. Sci. Comput. 14, 461, 1993): the preconditioner may be a
/// different one every time. The history is the recurrence's; the last entry is the true residual.
IterationResult fgmres(const LinearMap& a, const Preconditioner& m, const RealVector& b,
                       const IterationLimits& limits);

/// Preconditioned conjugate gradients for a symmetric positive definite A. Throws ConfigError for a
/// preconditioner that varies: its directions would not stay conjugate.
IterationResult conjugate_gradients(const LinearMap& a, const Preconditioner& m, const RealVector& b,
                                    const IterationLimits& limits);

/// x += M (b - A x). Converges for any b only where the spectral radius of 1 - M A is below 1; stops as
/// "diverged" once the residual is 1e6 times its first.
IterationResult richardson(const LinearMap& a, const Preconditioner& m, const RealVector& b,
                           const IterationLimits& limits);

}  // namespace mho
