// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/reference_cells.hpp"

#include <cmath>

namespace mho::plain_cells {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

void lstm_forward(const CellForward& step) {
  for (std::size_t k = 0; k < step.count; ++k) {
    float* gate = step.gates + 4 * k;
    const double i = sigmoid(gate[0]), f = sigmoid(gate[1]), g = std::tanh(double(gate[2])),
                 o = sigmoid(gate[3]);
    const double cell = f * step.cell_before[k] + i * g, all[] = {i, f, g, o};
    for (int b = 0; b < 4; ++b) gate[b] = static_cast<float>(all[b]);
    step.cell[k] = static_cast<float>(cell);
    step.state[k] = static_cast<float>(o * std::tanh(cell));
  }
}

void lstm_backward(const CellBackward& step) {
  for (std::size_t k = 0; k < step.count; ++k) {
    const double i = step.gates[4 * k], f = step.gates[4 * k + 1], g = step.gates[4 * k + 2],
                 o = step.gates[4 * k + 3];
    const double bent = std::tanh(double(step.cell[k])), dh = step.state_gradient[k];
    const double dc = step.cell_gradient[k] + dh * o * (1 - bent * bent);
    const double sums[] = {dc * g * i * (1 - i), dc * step.cell_before[k] * f * (1 - f), dc * i * (1 - g * g),
                           dh * bent * o * (1 - o)};
    for (int b = 0; b < 4; ++b)
      step.sum_gradient[4 * k + static_cast<std::size_t>(b)] = static_cast<float>(sums[b]);
    step.cell_gradient[k] = static_cast<float>(dc * f);
    step.state_before_gradient[k] = 0;
  }
}

void gru_forward(const CellForward& step) {
  for (std::size_t k = 0; k < step.count; ++k) {
    float* gate = step.gates + 4 * k;
    const double r = sigmoid(gate[0]), z = sigmoid(gate[1]), n = std::tanh(gate[2] + r * gate[3]);
    gate[0] = static_cast<float>(r);
    gate[1] = static_cast<float>(z);
    gate[2] = static_cast<float>(n);
    step.state[k] = static_cast<float>((1 - z) * n + z * step.state_before[k]);
  }
}

void gru_backward(const CellBackward& step) {
  for (std::size_t k = 0; k < step.count; ++k) {
    const double r = step.gates[4 * k], z = step.gates[4 * k + 1], n = step.gates[4 * k + 2],
                 s = step.gates[4 * k + 3];
    const double dh = step.state_gradient[k], dn = dh * (1 - z) * (1 - n * n);
    const double sums[] = {dn * s * r * (1 - r), dh * (step.state_before[k] - n) * z * (1 - z), dn, dn * r};
    for (int b = 0; b < 4; ++b)
      step.sum_gradient[4 * k + static_cast<std::size_t>(b)] = static_cast<float>(sums[b]);
    step.state_before_gradient[k] = static_cast<float>(dh * z);
  }
}

void rnn_forward(const CellForward& step) {
  for (std::size_t k = 0; k < step.count; ++k)
    step.state[k] = step.gates[k] = static_cast<float>(std::tanh(double(step.gates[k])));
}

void rnn_backward(const CellBackward& step) {
  for (std::size_t k = 0; k < step.count; ++k) {
    step.sum_gradient[k] = step.state_gradient[k] * (1 - step.gates[k] * step.gates[k]);
    step.state_before_gradient[k] = 0;
  }
}

}  // namespace mho::plain_cells
