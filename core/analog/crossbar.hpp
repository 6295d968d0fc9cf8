// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/programmed_matrix.hpp"
#include "core/analog/tile_array.hpp"
#include "core/analog/tile_grid.hpp"

namespace mho {

/// A weight matrix cut into tiles, with every effect of HardwareConfig::effects: exact, for whole input
/// vectors, and slower than the fused products of core/nn (docs/physics.md says by how much). Each tile
/// converts its own partial sums; they are scaled and added in digital. Immutable.
class Crossbar {
 public:
  /// `read`: what the crossbars hold (rows x columns conductances over g_max, and scales). `input_ranges`:
  /// full scales of the input converters, one a row split or one for all; 0 takes inputs as they are. `chip`
  /// fixes the columns' deviations: one programmed chip, one key. Throws ConfigError (check_mvm_effects), or
  /// MappingError when `read` or `input_ranges` do not fit rows x columns.
  Crossbar(const MatrixRead& read, int rows, int columns, const HardwareConfig& hardware,
           const std::vector<float>& input_ranges, RandomKey chip);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  bool has_backward() const { return !transposed_.empty(); }

  /// y[v * columns + c] = scaled sums of the tiles' converted products of x[v * rows + r], v < vectors.
  /// Random numbers depend on (key, first_vector + v, tile) only.
  void forward(const float* x, int vectors, RandomKey key, std::uint64_t first_vector, float* y) const;

  /// dx[v * rows + r] = the transposed product of d[v * columns + c], through the backward converters.
  /// RunError when the hardware has none.
  void backward(const float* d, int vectors, RandomKey key, std::uint64_t first_vector, float* dx) const;

 private:
  const float* scales_of(const TileExtent& tile) const;

  int rows_, columns_, split_rows_;
  std::vector<TileExtent> extents_;
  std::vector<float> scales_;  ///< [split * columns + column]
  std::vector<TileArray> tiles_;
  std::vector<TileArray> transposed_;  ///< empty when gradients go back exactly
};

}  // namespace mho
