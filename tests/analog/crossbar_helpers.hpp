// SPDX-License-Identifier: Apache-2.0
// Small crossbars for the tests of the vector path.
#pragma once

#include <algorithm>
#include <vector>

#include "core/analog/tile/frozen_matrix.hpp"
#include "core/base/random.hpp"

namespace mho::test {

/// No converters, no noise, no effects; one crossbar as large as can be.
inline HardwareConfig ideal_io() {
  HardwareConfig hardware;
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  hardware.crossbar_rows = hardware.crossbar_columns = 4096;
  return hardware;
}

inline std::vector<float> normals(int count, std::uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(count));
  fill_normal(RandomKey(seed), values);
  return values;
}

/// Uniform in (-1/2, 1/2).
inline std::vector<float> uniforms(int count, std::uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(count));
  fill_centred_uniform(RandomKey(seed), values);
  return values;
}

/// Whole numbers from -size to size over 8: products and sums of few of them are exact in float.
inline std::vector<float> eighths(int count, int size, std::uint64_t seed) {
  Random random{RandomKey(seed)};
  std::vector<float> values(static_cast<size_t>(count));
  for (auto& v : values) v = static_cast<float>(random.integer(-size, size)) / 8.0f;
  return values;
}

/// Conductances with all scales 1, for that hardware's row splits.
inline MatrixRead read_of(std::vector<float> conductances, int rows, int columns,
                          const HardwareConfig& hardware) {
  const int splits = (rows + hardware.crossbar_rows - 1) / hardware.crossbar_rows;
  return {std::move(conductances), std::vector<float>(static_cast<size_t>(splits * columns), 1.0f)};
}

/// y[v][c] = sum over r of x[v][r] w[r][c], in double.
inline std::vector<double> exact_product(const std::vector<float>& x, const std::vector<float>& w, int rows,
                                         int columns) {
  const int vectors = static_cast<int>(x.size()) / rows;
  std::vector<double> y(static_cast<size_t>(vectors) * static_cast<size_t>(columns), 0.0);
  for (int v = 0; v < vectors; ++v)
    for (int r = 0; r < rows; ++r) {
      const double in = x[static_cast<size_t>(v * rows + r)];
      const float* row = w.data() + std::ptrdiff_t{r} * columns;
      double* out = y.data() + std::ptrdiff_t{v} * columns;
      for (int c = 0; c < columns; ++c) out[c] += in * row[c];
    }
  return y;
}

inline std::vector<float> forward(const FrozenMatrix& crossbar, const std::vector<float>& x,
                                  std::uint64_t seed, std::uint64_t first_vector = 0) {
  const int vectors = static_cast<int>(x.size()) / crossbar.rows();
  std::vector<float> y(static_cast<size_t>(vectors) * static_cast<size_t>(crossbar.columns()));
  crossbar.forward(x.data(), vectors, RandomKey(seed), first_vector, y.data());
  return y;
}

}  // namespace mho::test
