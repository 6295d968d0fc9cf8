// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/candidate_arrays.hpp"
#include "bindings/evaluate_network.hpp"
#include "bindings/extensions.hpp"
#include "bindings/linalg.hpp"
#include "bindings/search_callable.hpp"
#include "cli/commands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/nn/graph/architecture_json.hpp"
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

/// `given`: None, or (architecture JSON, {name: array}, notes).
py::tuple evaluate(const std::string& name, const py::object& given, const std::string& config,
                   const std::vector<std::string>& assignments, int threads) {
  mho::EvaluationRequest request{name, std::nullopt, config, assignments, threads};
  if (!given.is_none())
    request.given = mho::ForeignNetwork{given[py::int_(0)].cast<std::string>(),
                                        mho::tensors_of(given[py::int_(1)].cast<py::dict>()),
                                        given[py::int_(2)].cast<std::vector<std::string>>()};
  mho::EvaluationAnswer answer;
  {
    const py::gil_scoped_release released;
    answer = mho::evaluate_network(std::move(request));
  }
  return py::make_tuple(answer.score, answer.notes);
}

/// Checks a candidate as a winner folder is checked.
void check_candidate(const std::string& name, const std::string& architecture, const py::dict& weights) {
  auto tensors = mho::tensors_of(weights);
  const py::gil_scoped_release released;
  mho::to_candidate({architecture, std::move(tensors)}, name);
}

/// Writes architecture.json and weights.safetensors.
void save_candidate(const std::string& folder, const std::string& architecture, const py::dict& weights) {
  auto tensors = mho::tensors_of(weights);
  const py::gil_scoped_release released;
  const auto candidate = mho::to_candidate({architecture, std::move(tensors)}, folder);
  mho::make_folder(folder);
  mho::write_file_atomically(std::filesystem::path(folder) / "architecture.json",
                             mho::to_json(candidate.architecture));
  mho::save_parameters(std::filesystem::path(folder) / "weights.safetensors", candidate.architecture,
                       candidate.parameters);
}

py::tuple search(const std::vector<std::string>& assignments, const std::vector<std::string>& genes,
                 const py::object& objective, const py::object& build) {
  mho::CallableResult found;
  {
    const py::gil_scoped_release released;
    found = mho::search_callable({assignments, genes, objective, build});
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
  auto linalg = module.def_submodule("linalg", "See mho.linalg.");
  mho::declare_linalg(linalg);
  module.def("evaluate", &evaluate, py::arg("name"), py::arg("given"), py::arg("config"),
             py::arg("assignments"), py::arg("threads"), "See mho.evaluate.");
  module.def("check_candidate", &check_candidate, py::arg("name"), py::arg("architecture"),
             py::arg("weights"), "Raises InputError unless the weights are those of the architecture.");
  module.def("save_candidate", &save_candidate, py::arg("folder"), py::arg("architecture"),
             py::arg("weights"), "See mho.Candidate.save.");
  module.def("search", &search, py::arg("assignments"), py::arg("genes"), py::arg("evaluate"),
             py::arg("build"), "See mho.search.");
}
