// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/accumulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/error.hpp"
#include "core/linalg/sketch.hpp"

namespace mho {
namespace {

constexpr double largest_growth = 2;

std::vector<float> scales_of(const Accumulator::Shape& shape, const std::string& what) {
  if (!(shape.forget > 0 && shape.forget <= 1))
    throw ConfigError(
        fmt::format("{}: expected to forget by a factor above 0 and at most 1, got {}", what, shape.forget));
  std::vector<float> scales;
  for (const double largest : shape.largest) {
    if (!(largest > 0 && std::isfinite(largest)))
      throw ConfigError(fmt::format("{}: expected a full scale above 0, got {}", what, largest));
    scales.push_back(static_cast<float>(shape.forget < 1 ? largest_growth * largest : largest));
  }
  return scales;
}

const ArraySettings& with_pulses(const ArraySettings& settings, const std::string& what) {
  require_verb(settings.hardware.device, DeviceVerb::pulse, what);
  return settings;
}

/// Rows of +-1, orthogonal over their first `columns` entries as columns: `order` x columns.
RealMatrix hadamard(int order, int columns) {
  RealMatrix h(order, columns);
  for (int r = 0; r < order; ++r)
    for (int c = 0; c < columns; ++c)
      h.row(r)[c] = std::popcount(static_cast<unsigned>(r & c)) % 2 == 0 ? 1 : -1;
  return h;
}

int power_of_two(int least) { return static_cast<int>(std::bit_ceil(static_cast<unsigned>(least))); }

RealMatrix divided(RealMatrix a, double by) {
  for (double& value : a.values) value /= by;
  return a;
}

}  // namespace

HardwareConfig streaming_hardware() {
  auto hardware = linalg_hardware();
  hardware.device = "constant_step";
  hardware.cell.kind = CellKind::single;
  return hardware;
}

Accumulator::Accumulator(const Shape& shape, const UpdateConfig& update, const ArraySettings& settings,
                         RandomKey key, const std::string& what)
    : scales_(scales_of(shape, what)),
      forget_(shape.forget),
      update_(update),
      array_(shape.rows, static_cast<int>(scales_.size()), scales_, with_pulses(settings, what), key, what) {}

void Accumulator::add(const RealVector& x, const RealVector& d) {
  growth_ /= forget_;
  if (growth_ >= largest_growth) {
    auto half = divided(read_array(), growth_);
    array_.program(half, scales_);
    growth_ = 1;
    ++rewrites_;
  }
  const std::vector<float> in(x.begin(), x.end());
  std::vector<float> out;
  for (const double value : d) out.push_back(static_cast<float>(-value * growth_));
  array_.matrix().update(in.data(), out.data(), 1, update_, array_.next_key());
}

RealMatrix Accumulator::read() { return divided(read_array(), growth_); }

/// With H^T H = order, M H^T H / order = M. Columns of unlike scales are asked at their own.
RealMatrix Accumulator::read_array() {
  if (rows() < columns()) {
    const int order = power_of_two(rows());
    const auto h = hadamard(order, rows());
    return divided(product(transposed(h), array_.multiply_transposed(h)), order);
  }
  const int order = power_of_two(columns());
  const auto h = hadamard(order, columns());
  auto asked = h;
  for (int r = 0; r < order; ++r)
    for (int c = 0; c < columns(); ++c) asked.row(r)[c] /= scales_[static_cast<size_t>(c)];
  auto m = divided(product(transposed(array_.multiply(asked)), h), order);
  for (int r = 0; r < rows(); ++r)
    for (int c = 0; c < columns(); ++c) m.row(r)[c] *= scales_[static_cast<size_t>(c)];
  return m;
}

double Accumulator::fill() const {
  const auto weights = array_.matrix().weights();
  double most = 0;
  for (size_t i = 0; i < weights.size(); ++i)
    most = std::max(most, std::fabs(double{weights[i]}) / scales_[i % scales_.size()]);
  return most;
}

}  // namespace mho
