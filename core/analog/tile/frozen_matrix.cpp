// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/frozen_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"

namespace mho {
namespace {

/// Vectors that a tile takes at once: they share each weight that is read.
constexpr int block_vectors = 16;

/// Memory of one thread's products.
struct Scratch {
  TileScratch tile;
  FloatBuffer in, out;
  std::vector<RandomKey> keys;
};
Scratch& own_scratch() {
  thread_local Scratch scratch;  // for its memory
  return scratch;
}

/// A block of a call's vectors and what one tile draws for them.
struct Vectors {
  int from, count;
  RandomKey key;
  std::uint64_t first;  ///< the number of the call's first one, for the draws
};

float* room_for(FloatBuffer& buffer, int vectors, int each) {
  const auto size = static_cast<size_t>(vectors) * static_cast<size_t>(each);
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

/// Runs array.product on the block. load(v, to) writes the input of vector v, add(v, from) takes its output.
template <class Load, class Add>
void multiply_block(const Tile& array, size_t tile, const Vectors& vectors, const Load& load,
                    const Add& add) {
  Scratch& scratch = own_scratch();
  float* in = room_for(scratch.in, vectors.count, array.rows());
  float* out = room_for(scratch.out, vectors.count, array.width());
  scratch.keys.clear();
  for (int v = 0; v < vectors.count; ++v) {
    load(vectors.from + v, in + std::ptrdiff_t{v} * array.rows());
    scratch.keys.push_back(
        vectors.key.with("vector", vectors.first + static_cast<std::uint64_t>(vectors.from + v))
            .with("tile", tile));
  }
  array.product(in, vectors.count, scratch.keys.data(), scratch.tile, out);
  for (int v = 0; v < vectors.count; ++v) add(vectors.from + v, out + std::ptrdiff_t{v} * array.width());
}

TileUse use_of(const std::vector<std::shared_ptr<TileCounters>>& counters,
               const std::vector<TileExtent>& extents, bool transposed) {
  TileUse use;
  for (size_t t = 0; t < counters.size(); ++t) {
    const std::int64_t passes = counters[t]->passes;
    const auto& e = extents[t];
    use += {counters[t]->products, counters[t]->saturations, passes * (transposed ? e.columns : e.rows),
            passes * (transposed ? e.rows : e.columns)};
  }
  return use;
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
      transposed_io_(transposed_io(hardware)),
      extents_(cut_into_tiles(rows, columns, hardware.crossbar_rows, hardware.crossbar_columns)),
      column_splits_((columns - 1) / hardware.crossbar_columns + 1) {
  check_mvm_effects(hardware);
  const TileIo there = forward_io(hardware, 0);
  for (const auto& e : extents_) {
    counters_.push_back(std::make_shared<TileCounters>());
    tiles_.emplace_back(e.rows, e.columns, there, counters_.back());
  }
  if (has_backward_converters(hardware.effects)) add_transposed();
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
    if (!transposed_.empty()) transposed_[t].hold_transposed(tiles_[t]);
  }
}

/// Neighbours come one after the other: rows and tiles are looked for only where they change.
void FrozenMatrix::hold_some(std::span<const std::uint32_t> weights, std::span<const float> conductances) {
  const auto width = static_cast<std::uint32_t>(columns_);
  std::uint32_t row = 0;
  size_t t = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] - row * width >= width) row = weights[i] / width;
    const int r = static_cast<int>(row), c = static_cast<int>(weights[i] - row * width);
    const auto* e = &extents_[t];
    if (r < e->row || r >= e->row + e->rows || c < e->column || c >= e->column + e->columns) {
      t = static_cast<size_t>(r / split_rows_ * column_splits_ + c / extents_[0].columns);
      e = &extents_[t];
    }
    tiles_[t].hold_one(r - e->row, c - e->column, conductances[i]);
    if (!transposed_.empty()) transposed_[t].hold_one(c - e->column, r - e->row, conductances[i]);
  }
}

void FrozenMatrix::add_transposed() {
  if (has_backward()) return;
  for (size_t t = 0; t < extents_.size(); ++t) {
    transposed_counters_.push_back(std::make_shared<TileCounters>());
    transposed_.emplace_back(extents_[t].columns, extents_[t].rows, transposed_io_, transposed_counters_[t]);
    transposed_[t].hold_transposed(tiles_[t]);
  }
}

void FrozenMatrix::set_input_range(float range) {
  for (auto& tile : tiles_) tile.set_input_range(range);
}

TileUse& TileUse::operator+=(const TileUse& other) {
  products += other.products;
  saturations += other.saturations;
  dac_conversions += other.dac_conversions;
  adc_conversions += other.adc_conversions;
  return *this;
}

TileUse FrozenMatrix::forward_use() const { return use_of(counters_, extents_, false); }
TileUse FrozenMatrix::transposed_use() const { return use_of(transposed_counters_, extents_, true); }

std::int64_t FrozenMatrix::products() const { return forward_use().products + transposed_use().products; }

std::int64_t FrozenMatrix::saturations() const {
  return forward_use().saturations + transposed_use().saturations;
}

const float* FrozenMatrix::scales_of(const TileExtent& tile) const {
  return scales_.data() + std::ptrdiff_t{tile.row} / split_rows_ * columns_ + tile.column;
}

/// Calls task(split, first vector, vectors) for every block of vectors and split of the outputs, side by
/// side: each output is the sum of one task, in the order of its tiles.
void FrozenMatrix::share_vectors(int vectors, int splits,
                                 const std::function<void(int, int, int)>& task) const {
  const int blocks = (vectors + block_vectors - 1) / block_vectors;
  parallel_for(static_cast<size_t>(blocks) * static_cast<size_t>(splits), [&](size_t i) {
    const int first = static_cast<int>(i) / splits * block_vectors;
    task(static_cast<int>(i) % splits, first, std::min(block_vectors, vectors - first));
  });
}

void FrozenMatrix::forward(const float* x, int vectors, RandomKey key, std::uint64_t first_vector,
                           float* y) const {
  std::fill_n(y, std::ptrdiff_t{vectors} * columns_, 0.0f);
  share_vectors(vectors, column_splits_, [&](int split, int first, int count) {
    for (auto t = static_cast<size_t>(split); t < tiles_.size(); t += static_cast<size_t>(column_splits_)) {
      const auto& e = extents_[t];
      const float* scales = scales_of(e);
      multiply_block(
          tiles_[t], t, {first, count, key, first_vector},
          [&](int v, float* to) { std::copy_n(x + std::ptrdiff_t{v} * rows_ + e.row, e.rows, to); },
          [&](int v, const float* from) {
            float* to = y + std::ptrdiff_t{v} * columns_ + e.column;
            for (int c = 0; c < e.columns; ++c) to[c] += from[c] * scales[c];
          });
    }
  });
}

void FrozenMatrix::backward(const float* d, int vectors, RandomKey key, std::uint64_t first_vector,
                            float* dx) const {
  if (!has_backward()) throw RunError("crossbar: expected hardware with backward converters, got none");
  std::fill_n(dx, std::ptrdiff_t{vectors} * rows_, 0.0f);
  const auto width = static_cast<size_t>(column_splits_);
  share_vectors(vectors, static_cast<int>(tiles_.size() / width), [&](int split, int first, int count) {
    for (size_t t = static_cast<size_t>(split) * width; t < (static_cast<size_t>(split) + 1) * width; ++t) {
      const auto& e = extents_[t];
      const float* scales = scales_of(e);
      multiply_block(
          transposed_[t], t, {first, count, key.with("backward"), first_vector},
          [&](int v, float* to) {
            const float* from = d + std::ptrdiff_t{v} * columns_ + e.column;
            for (int c = 0; c < e.columns; ++c) to[c] = from[c] * scales[c];
          },
          [&](int v, const float* from) {
            float* to = dx + std::ptrdiff_t{v} * rows_ + e.row;
            for (int r = 0; r < e.rows; ++r) to[r] += from[r];
          });
    }
  });
}

}  // namespace mho
