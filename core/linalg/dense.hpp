// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace mho {

/// A matrix of digital numbers, row-major.
struct RealMatrix {
  int rows = 0;
  int columns = 0;
  std::vector<double> values;

  RealMatrix() = default;
  RealMatrix(int height, int width)
      : rows(height), columns(width), values(static_cast<size_t>(height) * static_cast<size_t>(width)) {}
  double* row(int r) { return values.data() + static_cast<std::ptrdiff_t>(r) * columns; }
  const double* row(int r) const { return values.data() + static_cast<std::ptrdiff_t>(r) * columns; }
};

using RealVector = std::vector<double>;

/// Throws DataError (name, expected, got) for a matrix without numbers, of the wrong number of them, or with
/// one that is not finite.
void check_matrix(const RealMatrix& a, const std::string& name);
void check_vector(const RealVector& b, size_t size, const std::string& name);

double norm(const RealVector& x);
double dot(const RealVector& x, const RealVector& y);
/// y += factor x
void add(double factor, const RealVector& x, RealVector& y);

RealVector multiply(const RealMatrix& a, const RealVector& x);             ///< A x
RealVector multiply_transposed(const RealMatrix& a, const RealVector& x);  ///< A^T x
RealMatrix product(const RealMatrix& a, const RealMatrix& b);              ///< A B
RealMatrix transposed(const RealMatrix& a);
/// The columns side by side; both have as many rows.
RealMatrix joined(const RealMatrix& a, const RealVector& column);

/// Orthonormal columns that span those of `a` (rows >= columns), by Householder QR.
RealMatrix orthonormal(const RealMatrix& a);

/// a = u diag(s) vt, thin, s falling.
struct SingularValues {
  RealMatrix u;
  RealVector s;
  RealMatrix vt;
};
SingularValues singular_values(const RealMatrix& a);

/// x that makes ||a x - b|| smallest, by Householder QR.
RealVector exact_least_squares(const RealMatrix& a, const RealVector& b);

/// The column of `a` that depends most on the others when the columns, each over its norm, have a numerical
/// rank below their number at that tolerance; -1 when they do not.
int dependent_column(const RealMatrix& a, double tolerance);

/// R of a QR decomposition of a tall matrix, and triangular solves with it.
class TriangularFactor {
 public:
  explicit TriangularFactor(const RealMatrix& a);
  RealVector solve(const RealVector& y) const;             ///< R^-1 y
  RealVector solve_transposed(const RealVector& y) const;  ///< R^-T y

 private:
  RealMatrix r_;
};

/// Eigenvectors (columns) of a symmetric matrix by falling eigenvalue, and these.
struct Eigenvectors {
  RealMatrix vectors;
  RealVector values;
};
Eigenvectors symmetric_eigenvectors(const RealMatrix& a);

/// The sign rule of singular vectors: turns a row whose largest entry is negative, and says so.
bool make_largest_positive(double* row, int columns);

}  // namespace mho
