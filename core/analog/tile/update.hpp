// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "core/analog/devices/device_array.hpp"

namespace mho {

/// How an outer product becomes pulses: Gokmen and Vlasov (Frontiers in Neuroscience 10, 333, 2016), with the
/// two managements of Gokmen, Onen and Haensch (11, 538, 2017).
struct UpdateConfig {
  bool stochastic = true;  ///< coincidences of random pulse trains; else the nearest whole number of pulses
  int train_length = 31;   ///< BL: slots of a train, 1 to 63
  bool update_management = true;  ///< trains of rows and columns are made equally dense
  bool length_management = true;  ///< no more slots than the largest update needs

  /// Throws ConfigError for a length outside 1 to 63.
  void check() const;
};

/// Inputs and errors of a matrix, vector by vector: x[v * rows + r], d[v * columns + c]. What is drawn for
/// one depends on the key of all and on its number, `first` + v.
struct UpdateVectors {
  const float* x = nullptr;
  const float* d = nullptr;
  int count = 1;
  std::uint64_t first = 0;
};

/// Pulses wanted of a tile for inputs and errors of its own: each device (r, c) is to make -x[r] * d[c]
/// pulses on average for each vector. x[v * x_stride + r], d[v * columns + c]; `first_device` and `stride`
/// say where the tile's devices lie among the array's.
struct TileUpdate {
  const float* x = nullptr;
  const float* d = nullptr;
  int vectors = 1;
  std::ptrdiff_t x_stride = 0;
  int rows = 0, columns = 0;
  std::size_t first_device = 0;
  std::size_t stride = 0;
};
/// Appends to `pulses`, by rising row, of each row those of the first vector first: each device's pulses are
/// in the order of the vectors, and all of a row are done while its devices are in the cache. `key_of(v)` is
/// the key of the vth vector. Where |x d| is above what the trains can carry, the trains are full and the
/// update is too small.
void append_pulses(const TileUpdate& update, const UpdateConfig& config,
                   const std::function<RandomKey(int)>& key_of, std::vector<DevicePulses>& pulses);

}  // namespace mho
