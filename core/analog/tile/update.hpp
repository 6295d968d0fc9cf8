// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Pulses wanted of a tile for one input and error: each device (r, c) is to make -x[r] * d[c] pulses on
/// average. `x` holds `rows` numbers, `d` `columns`, `first_device` and `stride` say where the tile's devices
/// lie among the array's. Appends to `pulses`, by rising row; draws depend on `key` alone. Where |x d| is
/// above what the trains can carry, the trains are full and the update is too small.
struct TileUpdate {
  const float* x = nullptr;
  const float* d = nullptr;
  int rows = 0, columns = 0;
  std::size_t first_device = 0;
  std::size_t stride = 0;
};
void append_pulses(const TileUpdate& update, const UpdateConfig& config, RandomKey key,
                   std::vector<DevicePulses>& pulses);

}  // namespace mho
