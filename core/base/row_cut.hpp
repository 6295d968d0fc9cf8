// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// How a matrix taller than a crossbar is cut.
enum class RowSplit {
  dense,           ///< at every full crossbar
  channel_aligned  ///< at the most whole input channels that a crossbar holds, as on IBM's chip
};
template <>
inline constexpr std::array words_of<RowSplit>{"dense", "channel_aligned"};

/// How the rows of a layer's weight matrix lie on crossbars: the one place that says which row belongs to
/// which row split, for training, scoring, mapping, export and simulation. The matrix's own rows run over
/// (tap, input channel), a tap being a position of the kernel; crossbar rows run over the splits one after
/// the other.
struct RowCut {
  int rows = 0;        ///< of the matrix
  int split_rows = 0;  ///< of a full split: the last may have fewer
  int taps = 1;        ///< crossbar rows that a channel takes side by side; 1: they lie in the matrix's order

  /// Consecutive matrix rows of one split.
  struct Run {
    int first = 0;
    int count = 0;
    int split = 0;
    bool operator==(const Run&) const = default;
  };

  int splits() const { return (rows + split_rows - 1) / split_rows; }
  int channels() const { return rows / taps; }
  int matrix_row(int crossbar_row) const { return crossbar_row % taps * channels() + crossbar_row / taps; }
  int crossbar_row(int matrix_row) const { return matrix_row % channels() * taps + matrix_row / channels(); }
  /// The matrix rows of crossbar rows [first, first + count), which are of one split and hold whole channels,
  /// in rising order.
  std::vector<Run> runs(int first, int count) const;
  /// Those of all splits, one split after the other.
  std::vector<Run> runs() const;
};

/// The cut of a matrix of `taps` kernel positions for crossbars of `crossbar_rows` rows.
/// - dense: in the matrix's order;
/// - channel_aligned: in the order (input channel, tap), so that a split of a 3x3 kernel has 28 channels in
/// 252 rows of
///   256. Matrices of one tap, and kernels of more taps than a crossbar has rows, are cut dense.
RowCut cut_rows(RowSplit row_split, int rows, int taps, int crossbar_rows);

/// A row-major matrix with its rows in the order of the crossbars, and back.
std::vector<float> to_crossbar_rows(std::span<const float> matrix, int columns, const RowCut& cut);
std::vector<float> to_matrix_rows(std::span<const float> crossbar, int columns, const RowCut& cut);

}  // namespace mho
