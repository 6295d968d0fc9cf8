// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

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

/// A recurrent cell's arithmetic, both ways.
struct CellKernels {
  void (*forward)(const CellForward&);
  void (*backward)(const CellBackward&);
};

}  // namespace mho
