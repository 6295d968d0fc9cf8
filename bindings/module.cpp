// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/extensions.hpp"
#include "bindings/search_callable.hpp"
#include "cli/commands.hpp"
#include "core/base/error.hpp"
#include "search/study/storage_url.hpp"

namespace {

namespace py = pybind11;

/// argv[0] is the program's name, as in C.
int main_of(std::vector<std::string> words) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int code = 0;
  mho::PythonThread thread;
  thread.serve([&] {
    code = mho::run_cli(static_cast<int>(words.size()), argv.data(), mho::python_extensions(thread));
  });
  return code;
}

py::tuple search(const std::vector<std::string>& assignments, const std::vector<std::string>& genes,
                 const py::object& evaluate, const py::object& build) {
  mho::CallableResult found;
  {
    const py::gil_scoped_release released;
    found = mho::search_callable({assignments, genes, evaluate, build});
  }
  return py::make_tuple(found.trials, found.stopped, found.note);
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "The C++ core of mho.";
  module.attr("__version__") = MHO_VERSION;
  // By value: pybind11 takes a plain function pointer.
  // NOLINTNEXTLINE(performance-unnecessary-value-param)
  py::register_exception_translator([](std::exception_ptr pointer) {
    const auto types = py::module_::import("mho._errors");
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const mho::InputError& error) {
      PyErr_SetString(types.attr("InputError").ptr(), error.what());
    } catch (const mho::RunError& error) {
      PyErr_SetString(types.attr("RunError").ptr(), error.what());
    }
  });
  module.def("main", &main_of, py::arg("argv"), py::call_guard<py::gil_scoped_release>(),
             "Runs a command line (argv[0] is the program's name) and returns its exit code: 0, 1 or 2.");
  module.def("without_password", &mho::without_password, py::arg("url"),
             "A storage's URL as it may be shown: *** in place of a password.");
  module.def("search", &search, py::arg("assignments"), py::arg("genes"), py::arg("evaluate"),
             py::arg("build"), "See mho.search.");
}
