// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/nn/kernels/cell_step.hpp"

namespace mho {

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
