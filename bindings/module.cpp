// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/arrays.hpp"
#include "bindings/candidate_arrays.hpp"
#include "bindings/crossbar.hpp"
#include "bindings/evaluate_network.hpp"
#include "bindings/extensions.hpp"
#include "bindings/linalg.hpp"
#include "bindings/run_folder.hpp"
#include "bindings/search_callable.hpp"
#include "cli/commands.hpp"
#include "cli/run_options.hpp"
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

/// (what the command prints, what it logs).
py::tuple answer(const std::vector<std::string>& words) {
  mho::CommandAnswer given;
  mho::PythonThread thread;
  {
    const py::gil_scoped_release released;
    thread.serve_stoppable([&] { given = mho::answer_command(words, mho::python_extensions(thread)); });
  }
  return py::make_tuple(given.printed, given.logged);
}

/// `given`: None, or (architecture JSON, {name: array}, notes).
py::tuple evaluate(const std::string& name, const py::object& given, const std::string& config,
                   const std::vector<std::string>& assignments, int threads, const py::object& progress) {
  mho::EvaluationRequest request{name, std::nullopt, config, assignments, threads};
  if (!given.is_none())
    request.given = mho::ForeignNetwork{given[py::int_(0)].cast<std::string>(),
                                        mho::tensors_of(given[py::int_(1)].cast<py::dict>()),
                                        given[py::int_(2)].cast<std::vector<std::string>>()};
  if (!progress.is_none())
    request.on_epoch = [&](int done, int total, double loss) { progress(done, total, loss); };
  mho::EvaluationAnswer answer;
  {
    const py::gil_scoped_release released;
    answer = mho::evaluate_network(std::move(request));
  }
  return py::make_tuple(answer.score, answer.notes);
}

/// (architecture JSON, {name: array}, features.json or "").
py::tuple load_candidate(const std::string& folder) {
  const auto candidate = mho::released([&] { return mho::load_candidate(folder); });
  py::dict weights;
  for (const auto& [name, tensor] :
       mho::read_safetensors(std::filesystem::path(folder) / "weights.safetensors"))
    weights[py::str(name)] =
        mho::shaped(tensor.values, std::vector<py::ssize_t>(tensor.shape.begin(), tensor.shape.end()));
  return py::make_tuple(mho::to_json(candidate.architecture), weights, candidate.features);
}

py::tuple load_run(const std::string& folder) {
  const auto run = mho::released([&] { return mho::load_run(folder); });
  return py::make_tuple(run.trials, run.front);
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

py::tuple search(const py::dict& wanted, const py::object& objective, const py::object& build,
                 const py::object& progress) {
  const auto text = [&](const char* name) { return wanted[name].cast<std::string>(); };
  const auto list = [&](const char* name) { return wanted[name].cast<std::vector<std::string>>(); };
  const auto config = text("config");
  const auto assignments = list("assignments"), genes = list("genes");
  const mho::CallableSearch order{config,
                                  assignments,
                                  genes,
                                  objective,
                                  build,
                                  progress,
                                  text("folder"),
                                  wanted["resume"].cast<bool>(),
                                  text("storage"),
                                  text("study"),
                                  wanted["threads"].cast<int>()};
  const auto found = mho::released([&] { return mho::search_callable(order); });
  return py::make_tuple(found.trials, found.front, found.stopped, found.note);
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
    } catch (const mho::Interrupted&) {
      PyErr_SetNone(PyExc_KeyboardInterrupt);
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
             py::arg("assignments"), py::arg("threads"), py::arg("progress"), "See mho.evaluate.");
  module.def("answer", &answer, py::arg("words"),
             "What a command line (without the program's name) prints and what it logs.");
  module.def(
      "own_config", [](const std::string& folder) { return mho::own_config(folder).string(); },
      py::arg("folder"), "The run file that lies with a winner folder.");
  module.def("load_candidate", &load_candidate, py::arg("folder"), "See mho.load.");
  module.def("load_run", &load_run, py::arg("folder"), "See mho.load.");
  mho::declare_crossbar(module);
  mho::declare_device(module);
  module.def("check_candidate", &check_candidate, py::arg("name"), py::arg("architecture"),
             py::arg("weights"), "Raises InputError unless the weights are those of the architecture.");
  module.def("save_candidate", &save_candidate, py::arg("folder"), py::arg("architecture"),
             py::arg("weights"), "See mho.Candidate.save.");
  module.def("search", &search, py::arg("wanted"), py::arg("evaluate"), py::arg("build"), py::arg("progress"),
             "See mho.search.");
}
