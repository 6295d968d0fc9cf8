// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "core/analog/tile/tile_io.hpp"
#include "core/base/aligned.hpp"
#include "core/base/random.hpp"

namespace mho {

/// Memory that products of one thread use again and again.
struct TileScratch {
  FloatBuffer inputs, derived, sums, currents, weighted;
  std::vector<float> noise, scales;
  std::vector<char> saturated;
};

/// What a tile was used for. Products may run side by side.
struct TileCounters {
  std::atomic<std::int64_t> products{0};     ///< input vectors, one way or the other
  std::atomic<std::int64_t> saturations{0};  ///< of them, how many clipped an output at the ADC
  std::atomic<std::int64_t> passes{0};       ///< products, and repetitions of those that saturated
};

/// One crossbar at one moment: the conductances that its wires see, and what a product goes through, in this
/// order: scale to full scale (noise and bound management), DAC, W x, IR drop, column gain and offset, weight
/// noise of this read, S-shape, output noise, ADC, scale back (docs/physics.md, "Tile I/O"). This is the
/// plain form of the periphery; the fused products of core/nn are the fast form of the same arithmetic.
class Tile {
 public:
  /// Holds zeros. `counters` are those of the crossbar, whose both directions share them.
  Tile(int rows, int columns, const TileIo& io, std::shared_ptr<TileCounters> counters);

  /// conductances: rows x columns over g_max, `stride` floats from row to row.
  void hold(const float* conductances, int stride);
  /// One of them anew.
  void hold_one(int row, int column, float conductance);
  /// Holds the other tile's conductances with rows and columns swapped.
  void hold_transposed(const Tile& other);
  /// Full scale of the inputs: TileIo::input_range.
  void set_input_range(float range) { io_.input_range = range; }
  /// Draws the columns' fixed deviations from the chip's key; none before.
  void vary_chip(RandomKey chip);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int width() const { return width_; }  ///< of a row of `out`, columns() and padding

  /// out[v * width() + c] = the tile's W x for vectors x[v * rows() + r], in units of the inputs times a
  /// normalised conductance. What is drawn for vector v depends on keys[v] only. `out` holds
  /// vectors * width() floats.
  void product(const float* x, int vectors, const RandomKey* keys, TileScratch& scratch, float* out) const;

 private:
  void take_magnitudes();
  float full_scale(const float* x) const;
  void size_scratch(int vectors, TileScratch& scratch) const;
  /// One product of each vector at the given scales; says in scratch.saturated which ones were clipped.
  void pass(const float* x, int vectors, const RandomKey* keys, const float* scales, TileScratch& scratch,
            float* out) const;
  void repeat_until_it_fits(const float* x, RandomKey key, float scale, TileScratch& scratch,
                            float* out) const;
  void drive(const float* x, float scale, RandomKey key, TileScratch& scratch, float* inputs) const;
  void drop_voltage(int vectors, TileScratch& scratch) const;
  void vary_columns(float* sums) const;
  void add_weight_noise(int vectors, const RandomKey* keys, TileScratch& scratch) const;
  void bend(float* sums) const;
  /// Output noise, ADC and scale; whether an output was clipped.
  bool read_out(const float* sums, RandomKey key, float scale, TileScratch& scratch, float* out) const;

  int rows_, columns_, width_;
  TileIo io_;
  std::shared_ptr<TileCounters> counters_;
  float largest_factor_ = 1;                    ///< of bound management
  FloatBuffer weights_;                         ///< [rows][width]
  FloatBuffer magnitudes_;                      ///< |weights|, where something needs them
  std::vector<float> gains_, offsets_, bends_;  ///< one a column, empty where off
};

}  // namespace mho
