// SPDX-License-Identifier: Apache-2.0
// Problems and hardware for the tests of core/linalg.
#pragma once

#include <cmath>
#include <vector>

#include "core/base/random.hpp"
#include "core/linalg/array_operator.hpp"

namespace mho::test {

inline RealMatrix normal_matrix(int rows, int columns, std::uint64_t seed) {
  RealMatrix a(rows, columns);
  Random random(RandomKey(seed).with("matrix"));
  for (double& v : a.values) v = random.normal();
  return a;
}

inline RealVector normal_vector(int size, std::uint64_t seed) { return normal_matrix(size, 1, seed).values; }

/// A x* + noise of that deviation.
inline RealVector targets_of(const RealMatrix& a, double noise, std::uint64_t seed) {
  auto b = multiply(a, normal_vector(a.columns, seed));
  add(noise, normal_vector(a.rows, seed + 1), b);
  return b;
}

/// Neither noise nor converters.
inline ArraySettings exact_array() {
  ArraySettings settings;
  settings.hardware.device = "ideal";
  settings.hardware.dac_bits = settings.hardware.adc_bits = 0;
  settings.hardware.output_noise = 0;
  settings.hardware.drift_compensation = CompensationMode::none;
  settings.hardware.crossbar_rows = settings.hardware.crossbar_columns = 64;
  return settings;
}

/// Errors of writing of deviation `noise` of the largest |weight| of a tile; 8-bit converters.
inline ArraySettings noisy_array(double noise, double output_noise = 0.0) {
  ArraySettings settings;
  auto& h = settings.hardware;
  h.device = "state_independent";
  h.cell.kind = CellKind::single;
  h.weight_scaling = WeightScaling::tile;
  h.output_noise = output_noise;
  h.drift_compensation = CompensationMode::none;
  h.device_parameters.state_independent.programming_us = noise * 12.5;  // half the range of 25 µS is a weight
  h.device_parameters.scales.read_noise_scale = h.device_parameters.scales.drift_scale = 0;
  return settings;
}

}  // namespace mho::test
