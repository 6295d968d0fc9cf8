// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/streaming_pca.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Deviations of an entry of Y that fit the array, were all energy in one component.
constexpr double head_room = 4;

StreamingPcaOptions checked(StreamingPcaOptions options) {
  if (options.features < 1)
    throw ConfigError(fmt::format("streaming pca: expected at least 1 feature, got {}", options.features));
  if (options.components < 1 || options.components > options.features)
    throw ConfigError(fmt::format("streaming pca: expected 1 to {} components, got {}", options.features,
                                  options.components));
  if (!(options.row_norm > 0 && std::isfinite(options.row_norm)))
    throw ConfigError(fmt::format(
        "streaming pca: expected the norm of rows, above 0, got {}: the array's full scale is set before the "
        "first row",
        options.row_norm));
  if (options.forget >= 1 && options.rows < 1)
    throw ConfigError(
        "streaming pca: expected the number of rows, or a forget below 1: sums without end fit no array");
  if (options.oversample == 0) options.oversample = options.components + 10;
  return options;
}

int width_of(const StreamingPcaOptions& options) {
  return std::min(options.components + options.oversample, options.features);
}

RealMatrix normals(const StreamingPcaOptions& options, RandomKey key) {
  RealMatrix omega(options.features, width_of(options));
  std::vector<float> values(omega.values.size());
  fill_normal(key, values);
  omega.values.assign(values.begin(), values.end());
  return omega;
}

Accumulator::Shape shape_of(const StreamingPcaOptions& options) {
  const double rows = options.forget < 1 ? 1 / (1 - options.forget) : static_cast<double>(options.rows);
  const double entry = rows * options.row_norm * options.row_norm / std::sqrt(options.features);
  return {options.features, RealVector(static_cast<size_t>(width_of(options)), head_room * entry),
          options.forget};
}

}  // namespace

StreamingPca::StreamingPca(const StreamingPcaOptions& options, const ArraySettings& settings, RandomKey key)
    : options_(checked(options)),
      omega_(normals(options_, key.with("omega"))),
      projection_(omega_, settings, key.with("projection"), "streaming pca: Omega"),
      sum_(shape_of(options_), {}, settings, key.with("sum"), "streaming pca") {}

void StreamingPca::add(const RealMatrix& x) {
  check_matrix(x, "streaming pca: rows");
  if (x.columns != options_.features)
    throw DataError(
        fmt::format("streaming pca: expected rows of {} numbers, got {}", options_.features, x.columns));
  const auto projected = projection_.multiply_transposed(x);
  RealVector row(static_cast<size_t>(x.columns)), z(static_cast<size_t>(projected.columns));
  for (int r = 0; r < x.rows; ++r, ++rows_) {
    std::copy_n(x.row(r), x.columns, row.begin());
    std::copy_n(projected.row(r), projected.columns, z.begin());
    sum_.add(row, z);
  }
}

StreamingPca::Components StreamingPca::components() {
  if (rows_ == 0) throw DataError("streaming pca: expected at least 1 row, got none");
  // Columns of Y are independent draws of C g: its left vectors tend to those of C, its values to theirs
  // times the root of the width.
  const auto y = singular_values(sum_.read());
  const auto all = transposed(y.u);
  Components found{RealMatrix(options_.components, options_.features), {}};
  std::copy_n(all.values.begin(), found.vt.values.size(), found.vt.values.begin());
  for (int k = 0; k < options_.components; ++k) {
    make_largest_positive(found.vt.row(k), options_.features);
    found.variances.push_back(y.s[static_cast<size_t>(k)] / std::sqrt(sum_.columns()));
  }
  return found;
}

ArrayBill StreamingPca::bill() const {
  auto bill = projection_.bill();
  bill += sum_.bill();
  return bill;
}

}  // namespace mho
