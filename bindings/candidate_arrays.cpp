// SPDX-License-Identifier: Apache-2.0
#include "bindings/candidate_arrays.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

namespace mho {

namespace py = pybind11;

std::map<std::string, NamedTensor> tensors_of(const py::dict& arrays) {
  std::map<std::string, NamedTensor> tensors;
  for (const auto& [name, given] : arrays) {
    const auto array = given.cast<py::array_t<float, py::array::c_style | py::array::forcecast>>();
    auto& tensor = tensors[name.cast<std::string>()];
    tensor.shape.assign(array.shape(), array.shape() + array.ndim());
    tensor.values.assign(array.data(), array.data() + array.size());
  }
  return tensors;
}

}  // namespace mho
