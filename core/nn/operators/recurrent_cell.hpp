// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace mho {

/// One step of some sequences, unit by unit: arrays of `count` numbers, or `count` times the cell's blocks, a
/// unit's blocks side by side.
struct CellForward {
  std::size_t count = 0;
  float* gates = nullptr;               ///< the matrix' sums with bias; become what backward needs of them
  const float* state_before = nullptr;  ///< h
  const float* cell_before = nullptr;   ///< c, of cells that have one
  float* state = nullptr;
  float* cell = nullptr;
};

struct CellBackward {
  std::size_t count = 0;
  const float* gates = nullptr;  ///< as forward left them
  const float* state_before = nullptr;
  const float* cell_before = nullptr;
  const float* cell = nullptr;
  const float* state_gradient = nullptr;   ///< dL/dh of this step, by all that reads it
  float* cell_gradient = nullptr;          ///< dL/dc by later steps; becomes that of the step before
  float* sum_gradient = nullptr;           ///< gets dL/d(sums)
  float* state_before_gradient = nullptr;  ///< gets the part of dL/d(h before) that passes the matrix by
};

/// What a recurrent layer makes of its matrix' sums, a step at a time. Immutable.
class RecurrentCell {
 public:
  virtual ~RecurrentCell() = default;
  virtual int blocks() const = 0;  ///< columns of a unit
  virtual bool has_cell_state() const { return false; }
  /// Digital multiply-accumulates of one unit's step: a table's interpolation counts as one.
  virtual std::int64_t work() const = 0;
  virtual void forward(const CellForward& step) const = 0;
  virtual void backward(const CellBackward& step) const = 0;
};

/// Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate, without peepholes. Blocks i, f,
/// g, o: c = f c' + i g, h = o tanh(c).
const RecurrentCell& lstm_cell();

/// Gated recurrent unit (Cho et al. 2014) with the reset gate behind the matrix. Blocks r, z, candidate's
/// inputs x, candidate's states s: n = tanh(x + r s), h = (1 - z) n + z h'.
const RecurrentCell& gru_cell();

/// h = tanh(sum).
const RecurrentCell& rnn_cell();

}  // namespace mho
