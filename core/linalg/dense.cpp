// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/dense.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const Rows> view(const RealMatrix& a) { return {a.values.data(), a.rows, a.columns}; }
Eigen::Map<const Eigen::VectorXd> view(const RealVector& x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}

template <class Expression>
RealMatrix matrix_of(const Expression& expression) {
  RealMatrix to(static_cast<int>(expression.rows()), static_cast<int>(expression.cols()));
  Eigen::Map<Rows>(to.values.data(), to.rows, to.columns) = expression;
  return to;
}

template <class Expression>
RealVector vector_of(const Expression& expression) {
  RealVector to(static_cast<size_t>(expression.size()));
  Eigen::Map<Eigen::VectorXd>(to.data(), expression.size()) = expression;
  return to;
}

void check_finite(const RealVector& values, int columns, const std::string& name) {
  const auto bad = std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
  if (bad == values.end()) return;
  const auto i = bad - values.begin();
  throw DataError(columns == 0 ? fmt::format("{}: expected finite numbers, got {} at {}", name, *bad, i)
                               : fmt::format("{}: expected finite numbers, got {} at row {}, column {}", name,
                                             *bad, i / columns, i % columns));
}

}  // namespace

void check_matrix(const RealMatrix& a, const std::string& name) {
  if (a.rows < 1 || a.columns < 1)
    throw DataError(
        fmt::format("{}: expected a matrix of at least 1 x 1, got {} x {}", name, a.rows, a.columns));
  const auto expected = static_cast<size_t>(a.rows) * static_cast<size_t>(a.columns);
  if (a.values.size() != expected)
    throw DataError(fmt::format("{}: expected {} numbers, got {}", name, expected, a.values.size()));
  check_finite(a.values, a.columns, name);
}

void check_vector(const RealVector& b, size_t size, const std::string& name) {
  if (b.size() != size) throw DataError(fmt::format("{}: expected {} numbers, got {}", name, size, b.size()));
  check_finite(b, 0, name);
}

double norm(const RealVector& x) { return view(x).norm(); }
double dot(const RealVector& x, const RealVector& y) { return view(x).dot(view(y)); }
void add(double factor, const RealVector& x, RealVector& y) {
  for (size_t i = 0; i < x.size(); ++i) y[i] += factor * x[i];
}

RealVector multiply(const RealMatrix& a, const RealVector& x) { return vector_of(view(a) * view(x)); }
RealVector multiply_transposed(const RealMatrix& a, const RealVector& x) {
  return vector_of(view(a).transpose() * view(x));
}
RealMatrix product(const RealMatrix& a, const RealMatrix& b) { return matrix_of(view(a) * view(b)); }
RealMatrix transposed(const RealMatrix& a) { return matrix_of(view(a).transpose()); }

RealMatrix joined(const RealMatrix& a, const RealVector& column) {
  RealMatrix to(a.rows, a.columns + 1);
  for (int r = 0; r < a.rows; ++r) {
    std::copy_n(a.row(r), a.columns, to.row(r));
    to.row(r)[a.columns] = column[static_cast<size_t>(r)];
  }
  return to;
}

RealMatrix orthonormal(const RealMatrix& a) {
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(view(a));
  return matrix_of(qr.householderQ() * Eigen::MatrixXd::Identity(a.rows, std::min(a.rows, a.columns)));
}

SingularValues singular_values(const RealMatrix& a) {
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(view(a), Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {matrix_of(svd.matrixU()), vector_of(svd.singularValues()), matrix_of(svd.matrixV().transpose())};
}

RealVector exact_least_squares(const RealMatrix& a, const RealVector& b) {
  return vector_of(Eigen::HouseholderQR<Eigen::MatrixXd>(view(a)).solve(view(b)));
}

int dependent_column(const RealMatrix& a, double tolerance) {
  Eigen::MatrixXd scaled = view(a);
  for (Eigen::Index c = 0; c < scaled.cols(); ++c) {
    const double size = scaled.col(c).norm();
    if (size == 0) return static_cast<int>(c);
    scaled.col(c) /= size;
  }
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(scaled);
  const auto last = scaled.cols() - 1;
  const auto& r = qr.matrixQR();
  if (scaled.rows() > last && std::fabs(r(last, last)) > tolerance * std::fabs(r(0, 0))) return -1;
  return static_cast<int>(qr.colsPermutation().indices()[last]);
}

TriangularFactor::TriangularFactor(const RealMatrix& a) {
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(view(a));
  r_ = matrix_of(qr.matrixQR().topRows(a.columns).triangularView<Eigen::Upper>().toDenseMatrix());
}

RealVector TriangularFactor::solve(const RealVector& y) const {
  return vector_of(view(r_).triangularView<Eigen::Upper>().solve(view(y)));
}

RealVector TriangularFactor::solve_transposed(const RealVector& y) const {
  return vector_of(view(r_).transpose().triangularView<Eigen::Lower>().solve(view(y)));
}

Eigenvectors symmetric_eigenvectors(const RealMatrix& a) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((view(a) + view(a).transpose()) / 2);
  return {matrix_of(solver.eigenvectors().rowwise().reverse()), vector_of(solver.eigenvalues().reverse())};
}

bool make_largest_positive(double* row, int columns) {
  const double largest =
      *std::max_element(row, row + columns, [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  if (largest < 0) std::for_each(row, row + columns, [](double& v) { v = -v; });
  return largest < 0;
}

}  // namespace mho
