// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/devices/device_model.hpp"
#include "core/analog/hardware.hpp"

namespace mho {

/// A weight matrix, rows (inputs) x columns (outputs), row-major.
struct WeightMatrix {
  int rows = 0;
  int columns = 0;
  std::vector<float> weights;
};

/// size x size normal weights of deviation 1, clipped at `clip` deviations.
WeightMatrix normal_weights(int size, double clip, RandomKey key);

/// Relative error of products with the matrix at one time, over programmings: ||(W' - W)^T X|| / ||W^T X||
/// (Frobenius), X normal.
struct MvmError {
  double time_s = 0;
  MeanAndDeviation raw;          ///< without drift compensation
  MeanAndDeviation compensated;  ///< global
};

/// Programs the matrix `programmings` times on one crossbar of its size, one scale for all of it, no
/// converters and no output noise: what is left is the devices' error. `hardware` gives device, g_max and the
/// mapping onto devices. Reads the same devices at every time with 256 inputs. Draws come from `key`; results
/// do not depend on the number of threads. Throws ConfigError for a time that the device does not know.
std::vector<MvmError> mvm_errors(const WeightMatrix& matrix, HardwareConfig hardware,
                                 const std::vector<double>& times_s, int programmings, RandomKey key);

}  // namespace mho
