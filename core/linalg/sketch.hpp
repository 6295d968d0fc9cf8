// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/words.hpp"
#include "core/linalg/dense.hpp"

namespace mho {

enum class SketchKind {
  gaussian,     ///< independent normal entries of variance 1 / rows
  sparse_sign,  ///< 8 entries +-1 / sqrt(8) a column
  srht,         ///< rows of a Hadamard matrix times random signs, +-1 / sqrt(rows)
  countsketch   ///< one entry +-1 a column
};

template <>
inline constexpr std::array words_of<SketchKind>{"gaussian", "sparse_sign", "srht", "countsketch"};

/// A random matrix S of `rows` x `columns` with E[S^T S] = 1, for data of `columns` rows. A column depends on
/// (key, its number) only, so that the sketch of a stream needs no end; of srht also on the power of two that
/// holds `columns`.
class Sketch {
 public:
  /// columns = 0: a stream of unknown length. Throws ConfigError for less than 1 row, and for srht of a
  /// stream.
  Sketch(SketchKind kind, int rows, std::int64_t columns, RandomKey key);

  int rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }

  /// Writes column j, `rows` numbers.
  void column(std::int64_t j, std::span<double> to) const;
  /// S^T, columns x rows: one row for each row of the data.
  RealMatrix transposed() const;
  /// S A in digital: A of `columns` rows. SRHT goes through the fast Hadamard transform, the sparse ones
  /// touch their entries only.
  RealMatrix apply(const RealMatrix& a) const;
  /// Multiply-adds (for srht, countsketch: additions) of apply on a matrix of `width` columns.
  double operations(int width) const;

  /// Of the sparse sketches: calls use(row, value) for the entries of column j.
  template <class Use>
  void entries(std::int64_t j, const Use& use) const {
    Random random(key_.with("column", static_cast<std::uint64_t>(j)));
    const int stripes = stripes_of();
    for (int i = 0; i < stripes; ++i) {  // one entry a stripe of rows: entries of a column are different rows
      const int first = static_cast<int>(std::int64_t{rows_} * i / stripes);
      const int last = static_cast<int>(std::int64_t{rows_} * (i + 1) / stripes) - 1;
      const int row = random.integer(first, last);
      use(row, random.chance(0.5) ? size_ : -size_);
    }
  }

 private:
  int stripes_of() const;
  RealMatrix apply_hadamard(const RealMatrix& a) const;
  bool is_sparse() const { return kind_ == SketchKind::sparse_sign || kind_ == SketchKind::countsketch; }
  double sign_of(std::int64_t j) const;

  SketchKind kind_;
  int rows_;
  std::int64_t columns_;
  RandomKey key_;
  double size_ = 1;                  ///< of an entry
  std::int64_t padded_ = 1;          ///< srht: power of two that holds the columns
  std::vector<std::int64_t> picks_;  ///< srht: the Hadamard rows, with replacement beyond padded_
};

/// In place, unnormalised, of 2^k numbers.
void hadamard_transform(std::span<double> values);

}  // namespace mho
