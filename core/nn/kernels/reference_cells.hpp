// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/kernels/cell_step.hpp"

/// The plain implementation of the recurrent cells, in double precision.
namespace mho::plain_cells {

void lstm_forward(const CellForward& step);
void lstm_backward(const CellBackward& step);
void gru_forward(const CellForward& step);
void gru_backward(const CellBackward& step);
void rnn_forward(const CellForward& step);
void rnn_backward(const CellBackward& step);

}  // namespace mho::plain_cells
