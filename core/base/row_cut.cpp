// SPDX-License-Identifier: Apache-2.0
#include "core/base/row_cut.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// to[i] = from[source(i)] for every row i.
template <class Source>
std::vector<float> with_rows_from(std::span<const float> from, int columns, int rows, const Source& source) {
  std::vector<float> to(from.size());
  for (int row = 0; row < rows; ++row)
    std::copy_n(from.data() + std::ptrdiff_t{source(row)} * columns, columns,
                to.data() + std::ptrdiff_t{row} * columns);
  return to;
}

}  // namespace

std::vector<RowCut::Run> RowCut::runs(int first, int count) const {
  const int split = first / split_rows;
  if (taps == 1) return {{first, count, split}};
  std::vector<Run> runs;
  for (int tap = 0; tap < taps; ++tap) {
    const int row = tap * channels() + first / taps;
    if (!runs.empty() && runs.back().first + runs.back().count == row)
      runs.back().count += count / taps;
    else
      runs.push_back({row, count / taps, split});
  }
  return runs;
}

std::vector<RowCut::Run> RowCut::runs() const {
  std::vector<Run> all;
  for (int first = 0; first < rows; first += split_rows)
    for (const Run& run : runs(first, std::min(split_rows, rows - first))) all.push_back(run);
  return all;
}

RowCut cut_rows(RowSplit row_split, int rows, int taps, int crossbar_rows) {
  const bool aligned = row_split == RowSplit::channel_aligned && taps > 1 && taps <= crossbar_rows;
  return aligned ? RowCut{rows, crossbar_rows / taps * taps, taps} : RowCut{rows, crossbar_rows, 1};
}

std::vector<float> to_crossbar_rows(std::span<const float> matrix, int columns, const RowCut& cut) {
  return with_rows_from(matrix, columns, cut.rows, [&cut](int row) { return cut.matrix_row(row); });
}

std::vector<float> to_matrix_rows(std::span<const float> crossbar, int columns, const RowCut& cut) {
  return with_rows_from(crossbar, columns, cut.rows, [&cut](int row) { return cut.crossbar_row(row); });
}

}  // namespace mho
