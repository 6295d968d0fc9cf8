// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/array_options.hpp"

namespace mho {

/// Any array as one of float64, rows after rows.
using Array = pybind11::array_t<double, pybind11::array::c_style | pybind11::array::forcecast>;

/// The run file ("": none), assignments, reads, age and crossbars of mho.linalg's `_spec`.
struct ArraySpec {
  std::string file;
  std::vector<std::string> assignments;
  int reads = 1;
  double age_s = 0;
  int crossbars = 0;

  ArraySettings settings(const HardwareConfig& base = linalg_hardware()) const {
    return {read_array_hardware(base, file, assignments), reads, age_s, crossbars};
  }
};

inline RealMatrix matrix_of(const Array& array) {
  if (array.ndim() != 2) throw pybind11::value_error("expected an array of two dimensions");
  RealMatrix to(static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1)));
  std::copy_n(array.data(), array.size(), to.values.begin());
  return to;
}

inline RealVector vector_of(const Array& array) {
  if (array.ndim() != 1) throw pybind11::value_error("expected an array of one dimension");
  return {array.data(), array.data() + array.size()};
}

inline Array array_of(const RealMatrix& a) {
  Array to({a.rows, a.columns});
  std::copy(a.values.begin(), a.values.end(), to.mutable_data());
  return to;
}

/// With a shape, not a count: that constructor of pybind11 2.10 leaves a stride of 0, and every number is the
/// first.
template <class Number>
pybind11::array_t<Number> shaped(const std::vector<Number>& values, std::vector<pybind11::ssize_t> shape) {
  pybind11::array_t<Number> to(std::move(shape));
  std::copy(values.begin(), values.end(), to.mutable_data());
  return to;
}

inline Array array_of(const RealVector& x) { return shaped(x, {static_cast<pybind11::ssize_t>(x.size())}); }

/// Runs `work` without the GIL.
template <class Work>
auto released(const Work& work) {
  const pybind11::gil_scoped_release release;
  return work();
}

}  // namespace mho
