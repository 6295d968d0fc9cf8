// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/frozen_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Vectors that a tile takes at once: they share each weight that is read.
constexpr int block_vectors = 16;

/// The vectors of a call and what one tile draws for them.
struct Vectors {
  int count;
  RandomKey key;
  std::uint64_t first;  ///< the number of the first one, for the draws

  std::vector<RandomKey> keys(int from, int size, size_t tile) const {
    std::vector<RandomKey> keys;
    for (int v = from; v < from + size; ++v)
      keys.push_back(key.with("vector", first + static_cast<std::uint64_t>(v)).with("tile", tile));
    return keys;
  }
};

/// Runs array.product on all vectors in blocks. load(v, to) writes the input of vector v, add(v, from) takes
/// its output.
template <class Load, class Add>
void for_each_block(const Tile& array, size_t tile, const Vectors& vectors, TileScratch& scratch,
                    const Load& load, const Add& add) {
  FloatBuffer in(static_cast<size_t>(block_vectors) * static_cast<size_t>(array.rows()));
  FloatBuffer out(static_cast<size_t>(block_vectors) * static_cast<size_t>(array.width()));
  for (int first = 0; first < vectors.count; first += block_vectors) {
    const int count = std::min(block_vectors, vectors.count - first);
    for (int v = 0; v < count; ++v) load(first + v, in.data() + std::ptrdiff_t{v} * array.rows());
    const auto keys = vectors.keys(first, count, tile);
    array.product(in.data(), count, keys.data(), scratch, out.data());
    for (int v = 0; v < count; ++v) add(first + v, out.data() + std::ptrdiff_t{v} * array.width());
  }
}

std::vector<float> transpose(const float* from, int stride, int rows, int columns) {
  std::vector<float> to(static_cast<size_t>(rows) * static_cast<size_t>(columns));
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c)
      to[static_cast<size_t>(c) * static_cast<size_t>(rows) + static_cast<size_t>(r)] =
          from[std::ptrdiff_t{r} * stride + c];
  return to;
}

void check_sizes(const MatrixRead& read, const std::vector<float>& input_ranges, int rows, int columns,
                 int splits) {
  const auto weights = static_cast<size_t>(rows) * static_cast<size_t>(columns);
  const auto scales = static_cast<size_t>(splits) * static_cast<size_t>(columns);
  if (read.conductances.size() != weights || read.output_scales.size() != scales)
    throw MappingError(fmt::format("crossbar: expected {} conductances and {} scales, got {} and {}", weights,
                                   scales, read.conductances.size(), read.output_scales.size()));
  if (input_ranges.size() != 1 && input_ranges.size() != static_cast<size_t>(splits))
    throw MappingError(fmt::format("crossbar: expected 1 or {} input ranges (one a row split), got {}",
                                   splits, input_ranges.size()));
}

}  // namespace

FrozenMatrix::FrozenMatrix(int rows, int columns, const HardwareConfig& hardware)
    : rows_(rows),
      columns_(columns),
      split_rows_(hardware.crossbar_rows),
      split_columns_(hardware.crossbar_columns),
      extents_(cut_into_tiles(rows, columns, hardware.crossbar_rows, hardware.crossbar_columns)) {
  check_mvm_effects(hardware);
  const TileIo there = forward_io(hardware, 0), back = backward_io(hardware);
  for (const auto& e : extents_) {
    counters_.push_back(std::make_shared<TileCounters>());
    tiles_.emplace_back(e.rows, e.columns, there, counters_.back());
    if (has_backward_converters(hardware.effects))
      transposed_.emplace_back(e.columns, e.rows, back, counters_.back());
  }
}

FrozenMatrix::FrozenMatrix(const MatrixRead& read, int rows, int columns, const HardwareConfig& hardware,
                           const std::vector<float>& input_ranges, RandomKey chip)
    : FrozenMatrix(rows, columns, hardware) {
  hold(read, input_ranges, chip);
}

void FrozenMatrix::hold(const MatrixRead& read, const std::vector<float>& input_ranges, RandomKey chip) {
  check_sizes(read, input_ranges, rows_, columns_, (rows_ + split_rows_ - 1) / split_rows_);
  scales_ = read.output_scales;
  for (size_t t = 0; t < extents_.size(); ++t) {
    const auto& e = extents_[t];
    const float* first = read.conductances.data() + std::ptrdiff_t{e.row} * columns_ + e.column;
    tiles_[t].hold(first, columns_);
    tiles_[t].set_input_range(
        input_ranges[input_ranges.size() == 1 ? 0 : static_cast<size_t>(e.row / split_rows_)]);
    tiles_[t].vary_chip(chip.with("tile", t));
    if (!transposed_.empty())
      transposed_[t].hold(transpose(first, columns_, e.rows, e.columns).data(), e.rows);
  }
}

/// Neighbours come one after the other: rows and tiles are looked for only where they change.
void FrozenMatrix::hold_some(std::span<const std::uint32_t> weights, std::span<const float> conductances) {
  const int across = (columns_ + split_columns_ - 1) / split_columns_;
  const auto width = static_cast<std::uint32_t>(columns_);
  std::uint32_t row = 0;
  size_t t = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] - row * width >= width) row = weights[i] / width;
    const int r = static_cast<int>(row), c = static_cast<int>(weights[i] - row * width);
    const auto* e = &extents_[t];
    if (r < e->row || r >= e->row + e->rows || c < e->column || c >= e->column + e->columns) {
      t = static_cast<size_t>(r / split_rows_ * across + c / split_columns_);
      e = &extents_[t];
    }
    tiles_[t].hold_one(r - e->row, c - e->column, conductances[i]);
    if (!transposed_.empty()) transposed_[t].hold_one(c - e->column, r - e->row, conductances[i]);
  }
}

std::int64_t FrozenMatrix::products() const {
  std::int64_t sum = 0;
  for (const auto& counters : counters_) sum += counters->products;
  return sum;
}

std::int64_t FrozenMatrix::saturations() const {
  std::int64_t sum = 0;
  for (const auto& counters : counters_) sum += counters->saturations;
  return sum;
}

const float* FrozenMatrix::scales_of(const TileExtent& tile) const {
  return scales_.data() + std::ptrdiff_t{tile.row} / split_rows_ * columns_ + tile.column;
}

void FrozenMatrix::forward(const float* x, int vectors, RandomKey key, std::uint64_t first_vector,
                           float* y) const {
  std::fill_n(y, std::ptrdiff_t{vectors} * columns_, 0.0f);
  TileScratch scratch;
  for (size_t t = 0; t < tiles_.size(); ++t) {
    const auto& e = extents_[t];
    const float* scales = scales_of(e);
    for_each_block(
        tiles_[t], t, {vectors, key, first_vector}, scratch,
        [&](int v, float* to) { std::copy_n(x + std::ptrdiff_t{v} * rows_ + e.row, e.rows, to); },
        [&](int v, const float* from) {
          float* to = y + std::ptrdiff_t{v} * columns_ + e.column;
          for (int c = 0; c < e.columns; ++c) to[c] += from[c] * scales[c];
        });
  }
}

void FrozenMatrix::backward(const float* d, int vectors, RandomKey key, std::uint64_t first_vector,
                            float* dx) const {
  if (!has_backward()) throw RunError("crossbar: expected hardware with backward converters, got none");
  std::fill_n(dx, std::ptrdiff_t{vectors} * rows_, 0.0f);
  TileScratch scratch;
  for (size_t t = 0; t < transposed_.size(); ++t) {
    const auto& e = extents_[t];
    const float* scales = scales_of(e);
    for_each_block(
        transposed_[t], t, {vectors, key.with("backward"), first_vector}, scratch,
        [&](int v, float* to) {
          const float* from = d + std::ptrdiff_t{v} * columns_ + e.column;
          for (int c = 0; c < e.columns; ++c) to[c] = from[c] * scales[c];
        },
        [&](int v, const float* from) {
          float* to = dx + std::ptrdiff_t{v} * rows_ + e.row;
          for (int r = 0; r < e.rows; ++r) to[r] += from[r];
        });
  }
}

}  // namespace mho
