// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bindings/python_thread.hpp"

namespace pybind11 {
class object;
}

namespace mho {

/// A Python object that C++ may own on any thread: it is made, used and let go on the serving one.
class PythonObject {
 public:
  /// What `make` returns; `make` runs on the serving thread.
  PythonObject(PythonThread& thread, const std::function<pybind11::object()>& make);
  ~PythonObject();
  PythonObject(const PythonObject&) = delete;
  PythonObject& operator=(const PythonObject&) = delete;

  /// Runs `use` on the serving thread.
  void with(const std::function<void(pybind11::object&)>& use) const;
  /// On the serving thread only.
  pybind11::object& object() const { return *object_; }
  PythonThread& thread() const { return thread_; }

 private:
  PythonThread& thread_;
  std::unique_ptr<pybind11::object> object_;
};

}  // namespace mho
