// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/svd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

double square(const RealVector& values) { return dot(values, values); }

/// The first rows.
RealMatrix top(const RealMatrix& a, int rows) {
  RealMatrix part(rows, a.columns);
  std::copy_n(a.values.begin(), part.values.size(), part.values.begin());
  return part;
}

RealMatrix normals(int rows, int columns, RandomKey key) {
  RealMatrix omega(rows, columns);
  std::vector<float> values(omega.values.size());
  fill_normal(key, values);
  omega.values.assign(values.begin(), values.end());
  return omega;
}

void check(const RealMatrix& x, const SvdOptions& options) {
  check_matrix(x, "svd: X");
  const int most = std::min(x.rows, x.columns);
  if (options.components < 1 || options.components > most)
    throw ConfigError(fmt::format("svd: expected 1 to {} components of a {} x {} matrix, got {}", most,
                                  x.rows, x.columns, options.components));
  if (options.oversample < 0 || options.power_steps < 0)
    throw ConfigError(fmt::format("svd: expected at least 0 more columns and 0 power steps, got {} and {}",
                                  options.oversample, options.power_steps));
}

/// Rows: vectors here are rows, so that a matrix goes in and comes out transposed.
RealMatrix orthonormal_rows(const RealMatrix& a) { return transposed(orthonormal(transposed(a))); }

/// Orthonormal rows that span about what X^T does, from `omega`'s products.
RealMatrix range_of(ArrayOperator& array, const RealMatrix& omega, int power_steps) {
  auto q = orthonormal_rows(array.multiply_transposed(omega));
  for (int step = 0; step < power_steps; ++step)
    q = orthonormal_rows(array.multiply_transposed(orthonormal_rows(array.multiply(q))));
  return q;
}

/// Of QR of p x w and n x w matrices, of the small SVD and of W^T Q^T; of the smaller Gram matrix and its
/// eigenvectors.
void count_operations(const RealMatrix& x, int width, int power_steps, SvdResult& result) {
  const double n = x.rows, p = x.columns, w = width, least = std::min(n, p);
  result.digital_multiply_adds = w * w * (p * (1 + power_steps) + n * (power_steps + 2)) + w * w * p;
  result.exact_multiply_adds = n * p * least + 9 * least * least * least;
}

SvdErrors errors_of(const SvdResult& result, const RealMatrix& x) {
  const bool tall = x.rows >= x.columns;
  const auto gram = tall ? product(transposed(x), x) : product(x, transposed(x));
  const auto exact = symmetric_eigenvectors(gram);
  SvdErrors errors;
  const double total = square(x.values);
  for (size_t k = 0; k < result.s.size(); ++k) {
    const double value = std::sqrt(std::max(exact.values[k], 0.0));
    errors.captured += total > 0 ? exact.values[k] / total : 0;
    if (value > 0)
      errors.singular_values = std::max(errors.singular_values, std::fabs(result.s[k] / value - 1));
  }
  return errors;
}

}  // namespace

double captured_part(const RealMatrix& x, const RealMatrix& vt) {
  const double total = square(x.values);
  return total > 0 ? square(product(x, transposed(vt)).values) / total : 0;
}

SvdResult svd(const RealMatrix& x, const SvdOptions& options, const ArraySettings& settings, RandomKey key) {
  check(x, options);
  const int width = std::min({options.components + options.oversample, x.rows, x.columns});
  ArrayOperator array(x, settings, key.with("array"), "svd: X");
  const auto q = range_of(array, normals(width, x.rows, key.with("omega")), options.power_steps);
  const auto small = singular_values(transposed(array.multiply(q)));  // X Q = U S W^T
  SvdResult result;
  result.vt = top(product(small.vt, q), options.components);
  auto left = top(transposed(small.u), options.components);
  for (int k = 0; k < options.components; ++k)
    if (make_largest_positive(result.vt.row(k), x.columns))
      std::for_each(left.row(k), left.row(k) + x.rows, [](double& v) { v = -v; });
  result.u = transposed(left);
  result.s.assign(small.s.begin(), small.s.begin() + options.components);
  result.captured = captured_part(x, result.vt);
  result.bill = array.bill();
  count_operations(x, width, options.power_steps, result);
  if (options.exact) result.errors = errors_of(result, x);
  return result;
}

SvdResult pca(const RealMatrix& x, const SvdOptions& options, const ArraySettings& settings, RandomKey key) {
  check_matrix(x, "pca: X");
  RealVector mean(static_cast<size_t>(x.columns), 0.0);
  for (int r = 0; r < x.rows; ++r)
    for (int c = 0; c < x.columns; ++c) mean[static_cast<size_t>(c)] += x.row(r)[c] / x.rows;
  auto centred = x;
  for (int r = 0; r < x.rows; ++r)
    for (int c = 0; c < x.columns; ++c) centred.row(r)[c] -= mean[static_cast<size_t>(c)];
  auto result = svd(centred, options, settings, key);
  result.mean = std::move(mean);
  return result;
}

}  // namespace mho
