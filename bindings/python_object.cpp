// SPDX-License-Identifier: Apache-2.0
#include "bindings/python_object.hpp"

#include <pybind11/pybind11.h>

namespace mho {

PythonObject::PythonObject(PythonThread& thread, const std::function<pybind11::object()>& make)
    : thread_(thread) {
  thread_.call([&] { object_ = std::make_unique<pybind11::object>(make()); });
}

PythonObject::~PythonObject() {
  thread_.call([&] { object_.reset(); });
}

void PythonObject::with(const std::function<void(pybind11::object&)>& use) const {
  thread_.call([&] { use(*object_); });
}

}  // namespace mho
