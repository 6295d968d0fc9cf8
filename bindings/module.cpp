// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace {

/// argv[0] is the program's name, as in C.
int main_of(std::vector<std::string> words) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return mho::run_cli(static_cast<int>(words.size()), argv.data());
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "The C++ core of mho.";
  module.attr("__version__") = MHO_VERSION;
  module.def("main", &main_of, pybind11::arg("argv"), pybind11::call_guard<pybind11::gil_scoped_release>(),
             "Runs a command line (argv[0] is the program's name) and returns its exit code: 0, 1 or 2.");
}
