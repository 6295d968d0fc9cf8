// SPDX-License-Identifier: Apache-2.0
// Recurrent cells. Loops without branches are left to the compiler, which makes vectors of them.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// tanh as a ratio of polynomials on [-7.9, 7.9] (Eigen's, within a few units in the last place), of a float
/// or a Vector within these bounds.
template <class Number>
MHO_INLINE Number bounded_tanh(Number x) {
  const Number s = x * x;
  Number p = -2.76076847742355e-16f * s + 2.00018790482477e-13f;
  p = p * s - 8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Number q = 1.19825839466702e-06f * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return x * p / q;
}

constexpr float tanh_limit = 7.90531110763549805f;

/// Not a number stays one, in both.
MHO_INLINE float quick_tanh(float x) {
  return bounded_tanh(x > tanh_limit ? tanh_limit : x < -tanh_limit ? -tanh_limit : x);
}
MHO_INLINE Vector quick_tanh(Vector x) {
  return bounded_tanh(larger(spread(-tanh_limit), smaller(spread(tanh_limit), x)));
}

MHO_INLINE float quick_sigmoid(float x) { return 0.5f + 0.5f * quick_tanh(0.5f * x); }

/// A sigmoid is half a tanh of half its argument: with a slope of 1/2 for gates i, f, o and of 1 for g, all
/// four are one formula, and neighbours in memory fill a vector.
void bend_gates(float* gates, std::size_t count) {
  Vector slope, base;
  for (int l = 0; l < lane_count; ++l) {
    slope[l] = l % 4 == 2 ? 1.0f : 0.5f;
    base[l] = l % 4 == 2 ? 0.0f : 0.5f;
  }
  std::size_t k = 0;
  for (; k + lane_count <= count; k += lane_count)
    store(gates + k, base + slope * quick_tanh(slope * load(gates + k)));
  if (k == count) return;
  const int rest = static_cast<int>(count - k);
  store_some(gates + k, base + slope * quick_tanh(slope * load_some(gates + k, rest)), rest);
}

MHO_INLINE void clear(float* values, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) values[k] = 0;
}

void lstm_forward(const CellForward& step) {
  bend_gates(step.gates, 4 * step.count);
  const float* __restrict gates = step.gates;
  const float* __restrict before = step.cell_before;
  float* __restrict cell = step.cell;
  float* __restrict state = step.state;
  for (std::size_t u = 0; u < step.count; ++u) {
    cell[u] = gates[4 * u + 1] * before[u] + gates[4 * u] * gates[4 * u + 2];
    state[u] = gates[4 * u + 3] * quick_tanh(cell[u]);
  }
}

void lstm_backward(const CellBackward& step) {
  const float* __restrict gates = step.gates;
  const float* __restrict before = step.cell_before;
  const float* __restrict cell = step.cell;
  const float* __restrict from = step.state_gradient;
  float* __restrict cell_gradient = step.cell_gradient;
  float* __restrict sums = step.sum_gradient;
  for (std::size_t k = 0; k < step.count; ++k) {
    const float i = gates[4 * k], f = gates[4 * k + 1], g = gates[4 * k + 2], o = gates[4 * k + 3];
    const float bent = quick_tanh(cell[k]), dh = from[k];
    const float dc = cell_gradient[k] + dh * o * (1 - bent * bent);
    sums[4 * k] = dc * g * i * (1 - i);
    sums[4 * k + 1] = dc * before[k] * f * (1 - f);
    sums[4 * k + 2] = dc * i * (1 - g * g);
    sums[4 * k + 3] = dh * bent * o * (1 - o);
    cell_gradient[k] = dc * f;
  }
  clear(step.state_before_gradient, step.count);
}

void gru_forward(const CellForward& step) {
  float* __restrict gates = step.gates;
  const float* __restrict before = step.state_before;
  float* __restrict state = step.state;
  for (std::size_t k = 0; k < step.count; ++k) {
    const float r = quick_sigmoid(gates[4 * k]), z = quick_sigmoid(gates[4 * k + 1]);
    const float n = quick_tanh(gates[4 * k + 2] + r * gates[4 * k + 3]);
    gates[4 * k] = r;
    gates[4 * k + 1] = z;
    gates[4 * k + 2] = n;
    state[k] = (1 - z) * n + z * before[k];
  }
}

void gru_backward(const CellBackward& step) {
  const float* __restrict gates = step.gates;
  const float* __restrict before = step.state_before;
  const float* __restrict from = step.state_gradient;
  float* __restrict sums = step.sum_gradient;
  float* __restrict past = step.state_before_gradient;
  for (std::size_t k = 0; k < step.count; ++k) {
    const float r = gates[4 * k], z = gates[4 * k + 1], n = gates[4 * k + 2], s = gates[4 * k + 3];
    const float dh = from[k], dn = dh * (1 - z) * (1 - n * n);
    sums[4 * k] = dn * s * r * (1 - r);
    sums[4 * k + 1] = dh * (before[k] - n) * z * (1 - z);
    sums[4 * k + 2] = dn;
    sums[4 * k + 3] = dn * r;
    past[k] = dh * z;
  }
}

void rnn_forward(const CellForward& step) {
  float* __restrict gates = step.gates;
  float* __restrict state = step.state;
  for (std::size_t k = 0; k < step.count; ++k) state[k] = gates[k] = quick_tanh(gates[k]);
}

void rnn_backward(const CellBackward& step) {
  const float* __restrict gates = step.gates;
  const float* __restrict from = step.state_gradient;
  float* __restrict sums = step.sum_gradient;
  for (std::size_t k = 0; k < step.count; ++k) sums[k] = from[k] * (1 - gates[k] * gates[k]);
  clear(step.state_before_gradient, step.count);
}

}  // namespace
}  // namespace mho
