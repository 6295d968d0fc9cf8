// SPDX-License-Identifier: Apache-2.0
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/candidate_arrays.hpp"
#include "bindings/extensions.hpp"

namespace mho {

namespace py = pybind11;

NetworkReader make_network_reader(PythonThread& thread) {
  return [&thread](const std::filesystem::path& file, std::optional<Shape> input) {
    ForeignNetwork network;
    thread.call([&] {
      const py::object shape =
          input ? py::object(py::make_tuple(input->height, input->width, input->channels)) : py::none();
      const auto found = py::module_::import("mho._onnx").attr("convert")(file.string(), shape);
      network.architecture = found[py::int_(0)].cast<std::string>();
      network.weights = tensors_of(found[py::int_(1)].cast<py::dict>());
      network.notes = found[py::int_(2)].cast<std::vector<std::string>>();
    });
    return network;
  };
}

}  // namespace mho
