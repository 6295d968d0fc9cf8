// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/recurrent_cell.hpp"

#include <algorithm>

namespace mho {
namespace {

/// tanh as a ratio of polynomials on [-7.9, 7.9] (Eigen's, within a few units in the last place): plain
/// arithmetic, so that loops over it become vectors. Not a number stays one.
inline float quick_tanh(float value) {
  constexpr float limit = 7.90531110763549805f;
  const float x = value > limit ? limit : value < -limit ? -limit : value, s = x * x;
  float p = -2.76076847742355e-16f * s + 2.00018790482477e-13f;
  p = p * s - 8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  float q = 1.19825839466702e-06f * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return x * p / q;
}

inline float quick_sigmoid(float x) { return 0.5f + 0.5f * quick_tanh(0.5f * x); }

class LstmCell final : public RecurrentCell {
 public:
  int blocks() const override { return 4; }
  bool has_cell_state() const override { return true; }
  std::int64_t work() const override { return 4 + 5 + 3; }  // biases, tables, products
  void forward(const CellForward& step) const override {
    constexpr float slope[] = {0.5f, 0.5f, 1, 0.5f}, base[] = {0.5f, 0.5f, 0, 0.5f};
    for (std::size_t k = 0; k < 4 * step.count; k += 4)
      for (std::size_t b = 0; b < 4; ++b)
        step.gates[k + b] = base[b] + slope[b] * quick_tanh(slope[b] * step.gates[k + b]);
    for (std::size_t k = 0; k < step.count; ++k) {
      const float* gate = step.gates + 4 * k;
      step.cell[k] = gate[1] * step.cell_before[k] + gate[0] * gate[2];
      step.state[k] = gate[3] * quick_tanh(step.cell[k]);
    }
  }
  void backward(const CellBackward& step) const override {
    for (std::size_t k = 0; k < step.count; ++k) {
      const float i = step.gates[4 * k], f = step.gates[4 * k + 1], g = step.gates[4 * k + 2],
                  o = step.gates[4 * k + 3];
      const float bent = quick_tanh(step.cell[k]), dh = step.state_gradient[k];
      const float dc = step.cell_gradient[k] + dh * o * (1 - bent * bent);
      float* d = step.sum_gradient + 4 * k;
      d[0] = dc * g * i * (1 - i);
      d[1] = dc * step.cell_before[k] * f * (1 - f);
      d[2] = dc * i * (1 - g * g);
      d[3] = dh * bent * o * (1 - o);
      step.cell_gradient[k] = dc * f;
      step.state_before_gradient[k] = 0;
    }
  }
};

class GruCell final : public RecurrentCell {
 public:
  int blocks() const override { return 4; }
  std::int64_t work() const override { return 4 + 3 + 3; }
  void forward(const CellForward& step) const override {
    for (std::size_t k = 0; k < step.count; ++k) {
      float* gate = step.gates + 4 * k;
      gate[0] = quick_sigmoid(gate[0]);
      gate[1] = quick_sigmoid(gate[1]);
      gate[2] = quick_tanh(gate[2] + gate[0] * gate[3]);
      step.state[k] = (1 - gate[1]) * gate[2] + gate[1] * step.state_before[k];
    }
  }
  void backward(const CellBackward& step) const override {
    for (std::size_t k = 0; k < step.count; ++k) {
      const float r = step.gates[4 * k], z = step.gates[4 * k + 1], n = step.gates[4 * k + 2],
                  s = step.gates[4 * k + 3];
      const float dh = step.state_gradient[k], dn = dh * (1 - z) * (1 - n * n);
      float* d = step.sum_gradient + 4 * k;
      d[0] = dn * s * r * (1 - r);
      d[1] = dh * (step.state_before[k] - n) * z * (1 - z);
      d[2] = dn;
      d[3] = dn * r;
      step.state_before_gradient[k] = dh * z;
    }
  }
};

class RnnCell final : public RecurrentCell {
 public:
  int blocks() const override { return 1; }
  std::int64_t work() const override { return 1 + 1; }
  void forward(const CellForward& step) const override {
    for (std::size_t k = 0; k < step.count; ++k) step.state[k] = step.gates[k] = quick_tanh(step.gates[k]);
  }
  void backward(const CellBackward& step) const override {
    for (std::size_t k = 0; k < step.count; ++k)
      step.sum_gradient[k] = step.state_gradient[k] * (1 - step.gates[k] * step.gates[k]);
    std::fill_n(step.state_before_gradient, step.count, 0.0f);
  }
};

}  // namespace

const RecurrentCell& lstm_cell() {
  static const LstmCell cell;
  return cell;
}

const RecurrentCell& gru_cell() {
  static const GruCell cell;
  return cell;
}

const RecurrentCell& rnn_cell() {
  static const RnnCell cell;
  return cell;
}

}  // namespace mho
