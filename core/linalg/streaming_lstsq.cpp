// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/streaming_lstsq.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Deviations of a sum that fit the array.
constexpr double head_room = 5;

StreamOptions checked(StreamOptions options) {
  if (options.unknowns < 1)
    throw ConfigError(
        fmt::format("streaming least squares: expected at least 1 unknown, got {}", options.unknowns));
  if (options.sketch_rows == 0) options.sketch_rows = 8 * options.unknowns;
  if (options.sketch_rows <= options.unknowns)
    throw ConfigError(
        fmt::format("streaming least squares: expected more sketch rows than the {} unknowns, got {}",
                    options.unknowns, options.sketch_rows));
  if (!(options.row_norm > 0 && options.target_norm > 0 && std::isfinite(options.row_norm) &&
        std::isfinite(options.target_norm)))
    throw ConfigError(
        fmt::format("streaming least squares: expected the norms of rows and targets, above 0, got {} and "
                    "{}: the array's "
                    "full scale is set before the first row",
                    options.row_norm, options.target_norm));
  if (options.forget >= 1 && options.rows < 1)
    throw ConfigError(
        "streaming least squares: expected the number of rows, or a forget below 1: sums without end fit no "
        "array");
  return options;
}

/// Rows whose squares add up in an entry of the sketch.
Accumulator::Shape shape_of(const StreamOptions& options) {
  const double weighed =
      options.forget < 1 ? 1 / (1 - options.forget * options.forget) : static_cast<double>(options.rows);
  const double rows = std::max(1.0, weighed / options.sketch_rows);
  const double entry = options.row_norm / std::sqrt(options.unknowns);
  Accumulator::Shape shape{options.sketch_rows, {}, options.forget};
  shape.largest.assign(static_cast<size_t>(options.unknowns), head_room * std::sqrt(rows) * entry);
  shape.largest.push_back(head_room * std::sqrt(rows) * options.target_norm);
  return shape;
}

}  // namespace

StreamingLstsq::StreamingLstsq(const StreamOptions& options, const ArraySettings& settings, RandomKey key)
    : options_(checked(options)),
      signs_(SketchKind::countsketch, options_.sketch_rows, 0, key.with("sketch")),
      sketch_(shape_of(options_), {.stochastic = false}, settings, key.with("array"),
              "streaming least squares") {}

void StreamingLstsq::add(const RealMatrix& a, const RealVector& b) {
  check_matrix(a, "streaming least squares: rows");
  if (a.columns != options_.unknowns)
    throw DataError(fmt::format("streaming least squares: expected rows of {} numbers, got {}",
                                options_.unknowns, a.columns));
  check_vector(b, static_cast<size_t>(a.rows), "streaming least squares: targets (a number a row)");
  RealVector x(static_cast<size_t>(options_.sketch_rows)), row(static_cast<size_t>(a.columns) + 1);
  for (int r = 0; r < a.rows; ++r) {
    signs_.column(rows_++, x);
    std::copy_n(a.row(r), a.columns, row.begin());
    row.back() = b[static_cast<size_t>(r)];
    sketch_.add(x, row);
  }
}

RealVector StreamingLstsq::solve() {
  if (rows_ <= options_.unknowns)
    throw DataError(fmt::format("streaming least squares: expected more rows than the {} unknowns, got {}",
                                options_.unknowns, rows_));
  const auto both = sketch_.read();
  RealMatrix a(both.rows, both.columns - 1);
  RealVector b;
  for (int r = 0; r < both.rows; ++r) {
    std::copy_n(both.row(r), a.columns, a.row(r));
    b.push_back(both.row(r)[a.columns]);
  }
  return exact_least_squares(a, b);
}

}  // namespace mho
