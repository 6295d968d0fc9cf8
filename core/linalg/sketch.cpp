// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/sketch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"

namespace mho {
namespace {

constexpr int sparse_entries = 8;

}  // namespace

Sketch::Sketch(SketchKind kind, int rows, std::int64_t columns, RandomKey key)
    : kind_(kind), rows_(rows), columns_(columns), key_(key) {
  if (rows < 1) throw ConfigError(fmt::format("sketch: expected at least 1 row, got {}", rows));
  if (kind == SketchKind::sparse_sign) size_ = 1 / std::sqrt(stripes_of());
  if (kind == SketchKind::gaussian || kind == SketchKind::srht) size_ = 1 / std::sqrt(rows);
  if (kind != SketchKind::srht) return;
  if (columns < 1)
    throw ConfigError("sketch = srht: expected a known number of rows, got a stream without end");
  padded_ = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(columns)));
  std::vector<std::int64_t> all(static_cast<size_t>(padded_));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  Random random(key.with("hadamard rows"));
  random.shuffle(std::span(all));
  for (int i = 0; i < rows; ++i) picks_.push_back(all[static_cast<size_t>(i) % all.size()]);
}

int Sketch::stripes_of() const {
  return kind_ == SketchKind::sparse_sign ? std::min(sparse_entries, rows_) : 1;
}

double Sketch::sign_of(std::int64_t j) const {
  return (philox(key_.with("signs"), static_cast<std::uint64_t>(j))[0] & 1U) != 0 ? size_ : -size_;
}

void Sketch::column(std::int64_t j, std::span<double> to) const {
  if (is_sparse()) {
    std::fill(to.begin(), to.end(), 0.0);
    entries(j, [&](int row, double value) { to[static_cast<size_t>(row)] = value; });
  } else if (kind_ == SketchKind::srht) {
    const double sign = sign_of(j);
    for (size_t i = 0; i < to.size(); ++i)
      to[i] = std::popcount(static_cast<std::uint64_t>(picks_[i] & j)) % 2 == 0 ? sign : -sign;
  } else {
    std::vector<float> values(to.size());
    fill_normal(key_.with("column", static_cast<std::uint64_t>(j)), values);
    for (size_t i = 0; i < to.size(); ++i) to[i] = size_ * values[i];
  }
}

RealMatrix Sketch::transposed() const {
  RealMatrix all(static_cast<int>(columns_), rows_);
  parallel_for(static_cast<size_t>(columns_), [&](size_t j) {
    const int row = static_cast<int>(j);
    column(row, {all.row(row), static_cast<size_t>(rows_)});
  });
  return all;
}

RealMatrix Sketch::apply(const RealMatrix& a) const {
  if (a.rows != columns_)
    throw DataError(fmt::format("sketch: expected a matrix of {} rows, got {}", columns_, a.rows));
  if (kind_ == SketchKind::srht) return apply_hadamard(a);
  if (kind_ == SketchKind::gaussian) {
    const auto s = transposed();
    return product(mho::transposed(s), a);
  }
  RealMatrix result(rows_, a.columns);
  for (int j = 0; j < a.rows; ++j)
    entries(j, [&](int row, double value) {
      for (int c = 0; c < a.columns; ++c) result.row(row)[c] += value * a.row(j)[c];
    });
  return result;
}

RealMatrix Sketch::apply_hadamard(const RealMatrix& a) const {
  RealMatrix result(rows_, a.columns);
  parallel_for(static_cast<size_t>(a.columns), [&](size_t column) {
    const int c = static_cast<int>(column);
    RealVector values(static_cast<size_t>(padded_), 0.0);
    for (int r = 0; r < a.rows; ++r) values[static_cast<size_t>(r)] = sign_of(r) * a.row(r)[c];
    hadamard_transform(values);
    for (int i = 0; i < rows_; ++i)
      result.row(i)[c] = values[static_cast<size_t>(picks_[static_cast<size_t>(i)])];
  });
  return result;
}

double Sketch::operations(int width) const {
  const auto data = static_cast<double>(columns_) * width;
  if (kind_ == SketchKind::gaussian) return data * rows_;
  if (is_sparse()) return data * stripes_of();
  return static_cast<double>(padded_) * std::log2(static_cast<double>(padded_)) * width;
}

void hadamard_transform(std::span<double> values) {
  for (size_t half = 1; half < values.size(); half *= 2)
    for (size_t first = 0; first < values.size(); first += 2 * half)
      for (size_t i = first; i < first + half; ++i) {
        const double sum = values[i] + values[i + half], difference = values[i] - values[i + half];
        values[i] = sum;
        values[i + half] = difference;
      }
}

}  // namespace mho
