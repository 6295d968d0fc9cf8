// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/block_shape.hpp"

#include <algorithm>

namespace mho {
namespace {

std::vector<int> rows_of(const Block& block, const RowCut& cut, bool as_they_lie) {
  std::vector<int> rows(static_cast<size_t>(block.extent.rows));
  for (size_t r = 0; r < rows.size(); ++r) rows[r] = cut.matrix_row(block.extent.row + static_cast<int>(r));
  if (!as_they_lie) std::sort(rows.begin(), rows.end());
  return rows;
}

/// Rows [0, channels) of the matrix are tap 0. Later ones are tap 1, or where `several` tap after tap.
std::vector<TapRows> taps_of(const std::vector<int>& rows, int channels, bool several) {
  std::vector<TapRows> taps;
  for (const int row : rows) {
    const int tap = several ? row / channels : (row < channels ? 0 : 1), channel = row - tap * channels;
    if (!taps.empty() && taps.back().tap == tap && taps.back().channel + taps.back().count == channel)
      ++taps.back().count;
    else
      taps.push_back({tap, channel, 1});
  }
  return taps;
}

/// Runs over the layer's prepared input; the tile's rows are those of the matrix in rising order.
std::vector<RowRun> runs_of(const ConvolutionGeometry& geometry, const std::vector<RowCut::Run>& rows) {
  std::vector<RowRun> runs;
  int before = 0;
  for (const RowCut::Run& some : rows) {
    for (RowRun run : forward_runs(geometry, 0, some.first, some.first + some.count)) {
      run.row += before - some.first;
      runs.push_back(run);
    }
    before += some.count;
  }
  return runs;
}

std::vector<PixelPiece> pieces_of(int first, int count, int width) {
  std::vector<PixelPiece> pieces;
  while (count > 0) {
    const int column = first % width;
    const bool whole = column == 0 && count >= width;
    const PixelPiece piece{first / width, column, whole ? count / width : 1,
                           whole ? width : std::min(count, width - column)};
    pieces.push_back(piece);
    first += piece.height * piece.width;
    count -= piece.height * piece.width;
  }
  return pieces;
}

}  // namespace

BlockShape block_shape(const CrossbarLayer& layer, const Block& block, const RowCut& cut, bool as_they_lie,
                       int recurrent_inputs) {
  BlockShape shape;
  shape.layer = &layer;
  shape.columns = block.extent.columns;
  shape.first_product = block.first_product;
  shape.products = block.products;
  shape.rows = rows_of(block, cut, as_they_lie);
  const ConvolutionGeometry& geometry = shape.geometry();
  const bool recurrent = recurrent_inputs > 0;
  shape.taps = taps_of(shape.rows, recurrent ? recurrent_inputs : geometry.input.channels, !recurrent);
  if (recurrent)
    shape.runs = {{.length = block.extent.rows}};
  else if (!as_they_lie)
    shape.runs = runs_of(geometry, cut.runs(block.extent.row, block.extent.rows));
  shape.pieces = pieces_of(static_cast<int>(block.first_product), static_cast<int>(block.products),
                           geometry.output.width);
  return shape;
}

std::int64_t input_pixel(const ConvolutionGeometry& g, std::int64_t pixel, int tap) {
  const auto h = pixel / g.output.width * g.stride_height - g.padding.top + tap / g.kernel_width;
  const auto w = pixel % g.output.width * g.stride_width - g.padding.left + tap % g.kernel_width;
  return h < 0 || h >= g.input.height || w < 0 || w >= g.input.width ? -1 : h * g.input.width + w;
}

}  // namespace mho
