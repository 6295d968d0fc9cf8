// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/analog/mapping/tile_grid.hpp"
#include "core/analog/tile/tile.hpp"

namespace mho {

/// What crossbars hold at one moment. One matrix-vector product of a tile is
///   y[c] = output_scales[split][c] * input_range * ADC(sum_r conductances[r][c] * DAC(x[r] / input_range) +
///   noise),
/// summed over the row splits in digital.
struct MatrixRead {
  /// Sum over the cell's planes of factor (g - reference) over its unit (WeightCell), for a pair (G+ - G-) /
  /// g_max; with IR drop of the effective conductances. rows x columns, row-major. A reference does not
  /// drift: where a cell has one, the drift compensation is in here, on g alone, and not in output_scales.
  std::vector<float> conductances;
  /// Weight per unit of conductance times the drift compensation; [split * columns + column].
  std::vector<float> output_scales;
};

/// What one direction of a matrix's tiles was used for. A pass is a product, or its repetition by bound
/// management: every row of the tile converts an input and every column an output.
struct TileUse {
  std::int64_t products = 0;  ///< of a tile with one vector
  std::int64_t saturations = 0;
  std::int64_t dac_conversions = 0;
  std::int64_t adc_conversions = 0;

  TileUse& operator+=(const TileUse& other);
};

/// A weight matrix at one moment, cut into tiles, with every effect of HardwareConfig::effects: exact, for
/// whole input vectors, and slower than the fused products of core/nn (docs/physics.md says by how much).
/// Each tile converts its own partial sums; they are scaled and added in digital.
class FrozenMatrix {
 public:
  /// Holds zeros. Throws ConfigError (check_mvm_effects).
  FrozenMatrix(int rows, int columns, const HardwareConfig& hardware);
  /// As that, then hold().
  FrozenMatrix(const MatrixRead& read, int rows, int columns, const HardwareConfig& hardware,
               const std::vector<float>& input_ranges, RandomKey chip);

  /// From now on these conductances (rows x columns over g_max) and scales, in the memory that is there.
  /// `input_ranges`: full scales of the input converters, one a row split or one for all; 0 takes inputs as
  /// they are. `chip` fixes the columns' deviations: one programmed chip, one key. Throws MappingError when
  /// `read` or `input_ranges` do not fit rows x columns.
  void hold(const MatrixRead& read, const std::vector<float>& input_ranges, RandomKey chip);

  /// Conductances of single weights (row * columns + column) from now on; all else stays.
  void hold_some(std::span<const std::uint32_t> weights, std::span<const float> conductances);
  /// Makes transposed products possible on hardware without backward converters: through transposed_io.
  void add_transposed();
  /// Full scale of all input converters from now on; 0 takes inputs as they are.
  void set_input_range(float range);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  bool has_backward() const { return !transposed_.empty(); }

  /// y[v * columns + c] = scaled sums of the tiles' converted products of x[v * rows + r], v < vectors.
  /// Random numbers depend on (key, first_vector + v, tile) only.
  void forward(const float* x, int vectors, RandomKey key, std::uint64_t first_vector, float* y) const;

  /// dx[v * rows + r] = the transposed product of d[v * columns + c], through the backward converters.
  /// RunError when the hardware has none.
  void backward(const float* d, int vectors, RandomKey key, std::uint64_t first_vector, float* dx) const;

  /// Of all tiles, both directions; copies of this count together.
  std::int64_t products() const;
  std::int64_t saturations() const;
  /// What each direction was used for.
  TileUse forward_use() const;
  TileUse transposed_use() const;

 private:
  void share_vectors(int vectors, int splits, const std::function<void(int, int, int)>& task) const;
  const float* scales_of(const TileExtent& tile) const;

  int rows_, columns_, split_rows_;
  TileIo transposed_io_;
  std::vector<TileExtent> extents_;  ///< row-major over (row split, column split)
  int column_splits_;
  std::vector<float> scales_;                                                  ///< [split * columns + column]
  std::vector<std::shared_ptr<TileCounters>> counters_, transposed_counters_;  ///< by tile
  std::vector<Tile> tiles_;
  std::vector<Tile> transposed_;  ///< empty when gradients go back exactly
};

}  // namespace mho
