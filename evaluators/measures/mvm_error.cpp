// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/mvm_error.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/scoring/statistics.hpp"

namespace mho {
namespace {

constexpr int inputs = 256;

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix matrix_of(const WeightMatrix& matrix) {
  return Eigen::Map<const Matrix>(matrix.weights.data(), matrix.rows, matrix.columns);
}

/// The weights that a read stands for.
Matrix weights_of(const MatrixRead& read, const WeightMatrix& like) {
  const Matrix conductances = Eigen::Map<const Matrix>(read.conductances.data(), like.rows, like.columns);
  return conductances *
         Eigen::Map<const Eigen::VectorXf>(read.output_scales.data(), like.columns).asDiagonal();
}

double relative_error(const Matrix& weights, const Matrix& expected, const Matrix& x) {
  return double{((weights - expected).transpose() * x).norm()} / double{(expected.transpose() * x).norm()};
}

/// One chip, without converters, its crossbar as large as the matrix.
HardwareConfig bare(HardwareConfig hardware, const WeightMatrix& matrix, CompensationMode compensation) {
  hardware.crossbar_rows = matrix.rows;
  hardware.crossbar_columns = matrix.columns;
  hardware.weight_scaling = WeightScaling::tile;
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  hardware.drift_compensation = compensation;
  return hardware;
}

/// errors[time] of one programming.
std::vector<double> errors_of(const WeightMatrix& matrix, const HardwareConfig& hardware,
                              const DeviceModel& model, const std::vector<double>& times_s, RandomKey key) {
  const auto expected = matrix_of(matrix);
  Matrix x(matrix.rows, inputs);
  fill_normal(key.with("inputs"), {x.data(), static_cast<size_t>(x.size())});
  const CrossbarMatrix programmed(map_to_conductances(matrix.weights, matrix.rows, matrix.columns, hardware),
                                  hardware, model, key);
  std::vector<double> errors;
  for (size_t t = 0; t < times_s.size(); ++t)
    errors.push_back(
        relative_error(weights_of(programmed.read(times_s[t], key.with("time", t)), matrix), expected, x));
  return errors;
}

}  // namespace

WeightMatrix normal_weights(int size, double clip, RandomKey key) {
  WeightMatrix matrix{size, size, std::vector<float>(static_cast<size_t>(size) * static_cast<size_t>(size))};
  fill_normal(key, matrix.weights);
  const auto limit = static_cast<float>(clip);
  for (auto& weight : matrix.weights) weight = std::clamp(weight, -limit, limit);
  return matrix;
}

std::vector<MvmError> mvm_errors(const WeightMatrix& matrix, HardwareConfig hardware,
                                 const std::vector<double>& times_s, int programmings, RandomKey key) {
  resolve_g_max(hardware);
  const auto model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  for (const double time_s : times_s) model->check_time(time_s);
  const auto count = static_cast<size_t>(programmings);
  std::vector<std::vector<double>> raw(count), compensated(count);
  parallel_for(count, [&](size_t i) {
    const auto chip = key.with("chip", i);  // one key: both are the same devices, with the same reads
    raw[i] = errors_of(matrix, bare(hardware, matrix, CompensationMode::none), *model, times_s, chip);
    compensated[i] =
        errors_of(matrix, bare(hardware, matrix, CompensationMode::global), *model, times_s, chip);
  });
  std::vector<MvmError> errors;
  for (size_t t = 0; t < times_s.size(); ++t) {
    std::vector<double> a, b;
    for (size_t i = 0; i < count; ++i) {
      a.push_back(raw[i][t]);
      b.push_back(compensated[i][t]);
    }
    errors.push_back({times_s[t], {mean_of(a), deviation_of(a)}, {mean_of(b), deviation_of(b)}});
  }
  return errors;
}

}  // namespace mho
