// SPDX-License-Identifier: Apache-2.0
// Weight matrices and what they become on programmed crossbars, for the tests of CrossbarMatrix.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <vector>

#include "core/analog/tile/crossbar_matrix.hpp"

namespace mho::test {

inline constexpr double day_s = 86400, month_s = 2592000;

/// Converters and output noise off, one scale a tile: the "ideal IO" of the reference values.
inline HardwareConfig ideal_io(int crossbar) {
  HardwareConfig hardware;
  hardware.crossbar_rows = hardware.crossbar_columns = crossbar;
  hardware.weight_scaling = WeightScaling::tile;
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  return hardware;
}

inline std::vector<float> clipped_normal(size_t count, std::uint64_t seed) {
  std::vector<float> weights(count);
  fill_normal(RandomKey(seed), weights);
  for (auto& w : weights) w = std::clamp(w, -2.5f, 2.5f);
  return weights;
}

inline std::vector<float> uniform_weights(size_t count, std::uint64_t seed) {
  Random random(RandomKey(seed).with("uniform"));
  std::vector<float> weights(count);
  for (auto& w : weights) w = static_cast<float>(2 * random.uniform() - 1);
  return weights;
}

/// The weights that a read stands for.
inline std::vector<float> weights_of(const MatrixRead& read, const ConductanceTargets& targets) {
  std::vector<float> weights(read.conductances.size());
  for (int r = 0; r < targets.rows; ++r)
    for (int c = 0; c < targets.columns; ++c) {
      const auto i = static_cast<size_t>(r * targets.columns + c);
      const auto scale = static_cast<size_t>(targets.row_split_of(r) * targets.columns + c);
      weights[i] = read.conductances[i] * read.output_scales[scale];
    }
  return weights;
}

/// The weights that the programmed devices stand for, without drift and reads.
inline std::vector<float> programmed_weights(const CrossbarMatrix& matrix) {
  const auto& targets = matrix.targets();
  std::vector<float> sum(targets.targets_us[0].size(), 0.0f);
  for (size_t p = 0; p < targets.targets_us.size(); ++p)
    for (size_t i = 0; i < sum.size(); ++i)
      sum[i] +=
          targets.cell.planes[p].factor * (matrix.written_us(p)[i] - targets.cell.planes[p].reference_us);
  for (auto& w : sum) w *= targets.scales[0] / targets.cell.unit_us;
  return sum;
}

/// ||(V - W) X|| / ||W X|| for X of standard normals.
inline double product_error(const std::vector<float>& weights, const std::vector<float>& noisy, int size) {
  std::vector<float> inputs(static_cast<size_t>(size) * 256);
  fill_normal(RandomKey(77), inputs);
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Matrix> w(weights.data(), size, size), v(noisy.data(), size, size);
  const Eigen::Map<const Matrix> x(inputs.data(), size, 256);
  return ((v - w) * x).norm() / (w * x).norm();
}

}  // namespace mho::test
