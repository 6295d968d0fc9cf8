// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/hardware.hpp"
#include "core/base/aligned.hpp"
#include "core/base/random.hpp"

namespace mho {

/// What stands at the edges of one array and happens inside it during a product. Zero switches each part off.
struct TileIo {
  Converter dac;           ///< limit 1
  Converter adc;           ///< in units of (g_max x full input)
  float input_range = 0;   ///< full scale of the inputs; 0: they are taken as they are, without a limit
  bool abs_max = false;    ///< full scale is each vector's largest |input| instead
  bool iterative = false;  ///< a saturated product is done again with half the input
  bool stochastic_input = false;
  bool stochastic_output = false;
  float weight_noise = 0;
  bool weight_noise_of_conductance = false;
  float s_shape = 0;        ///< n
  float s_shape_range = 1;  ///< |output| that n refers to
  float s_shape_spread = 0;
  float gain_spread = 0;
  float offset_spread = 0;
  float wire = 0;  ///< resistance between two cells times g_max: 1 / G_r of docs/physics.md
  float output_noise = 0;
};

/// The forward and the backward side of that hardware's tiles.
TileIo forward_io(const HardwareConfig& hardware, float input_range);
TileIo backward_io(const HardwareConfig& hardware);

/// Memory that products of one thread use again and again.
struct TileScratch {
  FloatBuffer inputs, derived, sums, currents, weighted;
  std::vector<float> noise, scales;
  std::vector<char> saturated;
};

/// One array of conductances and what its products go through, in this order: scale to full scale (noise and
/// bound management), DAC, W x, IR drop, column gain and offset, weight noise of this read, S-shape, output
/// noise, ADC, scale back (docs/physics.md, "Tile I/O").
class TileArray {
 public:
  /// conductances: rows x columns over g_max, `stride` floats from row to row; columns' fixed deviations are
  /// drawn from `chip`.
  TileArray(const float* conductances, int stride, int rows, int columns, const TileIo& io, RandomKey chip);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int width() const { return width_; }  ///< of a row of `out`, columns() and padding

  /// out[v * width() + c] = the tile's W x for vectors x[v * rows() + r], in units of the inputs times a
  /// normalised conductance. What is drawn for vector v depends on keys[v] only. `out` holds
  /// vectors * width() floats.
  void product(const float* x, int vectors, const RandomKey* keys, TileScratch& scratch, float* out) const;

 private:
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
  float largest_factor_ = 1;                    ///< of bound management
  FloatBuffer weights_;                         ///< [rows][width]
  FloatBuffer magnitudes_;                      ///< |weights|, where something needs them
  std::vector<float> gains_, offsets_, bends_;  ///< one a column, empty where off
};

}  // namespace mho
