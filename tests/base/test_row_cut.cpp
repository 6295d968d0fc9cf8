// SPDX-License-Identifier: Apache-2.0
#include "core/base/row_cut.hpp"

#include <numeric>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("3x3 kernels are cut at 28 whole channels, and at 256 rows where channels do not count") {
  const RowCut aligned = cut_rows(RowSplit::channel_aligned, 576, 9, 256);
  CHECK(aligned.splits() == 3);
  CHECK(aligned.split_rows == 252);
  const RowCut dense = cut_rows(RowSplit::dense, 576, 9, 256);
  CHECK(dense.splits() == 3);
  CHECK(dense.split_rows == 256);
  CHECK(dense.runs() == std::vector<RowCut::Run>{{0, 256, 0}, {256, 256, 1}, {512, 64, 2}});
}

TEST_CASE("matrices of one tap and kernels larger than a crossbar are cut dense") {
  for (const auto& [rows, taps] : {std::pair{600, 1}, {1800, 9}}) {
    const int crossbar_rows = taps == 1 ? 256 : 8;
    const RowCut cut = cut_rows(RowSplit::channel_aligned, rows, taps, crossbar_rows);
    CHECK(cut.taps == 1);
    CHECK(cut.runs() == cut_rows(RowSplit::dense, rows, taps, crossbar_rows).runs());
  }
}

TEST_CASE("a channel-aligned cut has every matrix row once, and no channel in two splits") {
  for (const int channels : {1, 4, 5, 28, 29, 64}) {
    const RowCut cut = cut_rows(RowSplit::channel_aligned, 9 * channels, 9, 40);  // four channels a split
    REQUIRE(cut.splits() == (channels + 3) / 4);
    std::vector<int> split_of(static_cast<size_t>(cut.rows), -1);
    for (const RowCut::Run& run : cut.runs())
      for (int row = run.first; row < run.first + run.count; ++row) {
        CHECK(std::exchange(split_of[static_cast<size_t>(row)], run.split) == -1);
        CHECK(run.split == row % channels / 4);
        CHECK(run.split == cut.crossbar_row(row) / cut.split_rows);
      }
    for (int row = 0; row < cut.rows; ++row) {
      CHECK(split_of[static_cast<size_t>(row)] >= 0);
      CHECK(cut.matrix_row(cut.crossbar_row(row)) == row);
    }
  }
}

TEST_CASE("a matrix of one split is one run, whatever the cut") {
  const RowCut cut = cut_rows(RowSplit::channel_aligned, 144, 9, 256);
  CHECK(cut.runs() == std::vector<RowCut::Run>{{0, 144, 0}});
}

TEST_CASE("rows go to the crossbars channel by channel, and come back") {
  const RowCut cut = cut_rows(RowSplit::channel_aligned, 6, 3, 8);  // rows (tap, channel): 00 01 10 11 20 21
  std::vector<float> matrix(12);
  std::iota(matrix.begin(), matrix.end(), 0.0f);
  const auto crossbar = to_crossbar_rows(matrix, 2, cut);
  CHECK(crossbar == std::vector<float>{0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11});
  CHECK(to_matrix_rows(crossbar, 2, cut) == matrix);
}
