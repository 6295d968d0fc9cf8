// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "bindings/extensions.hpp"
#include "bindings/python_object.hpp"
#include "bindings/study_json.hpp"
#include "search/spaces/genome_json.hpp"
#include "search/study/run_folder.hpp"

namespace mho {
namespace {

namespace py = pybind11;

constexpr auto wait_period = std::chrono::milliseconds(250);

class SharedStore : public TrialStore {
 public:
  SharedStore(PythonThread& thread, const StorageRequest& request)
      : search_(request.config.search), study_(thread, [&] {
          const auto stopped = [stop = request.stop] { return stop && stop->load(); };
          return py::module_::import("mho._shared_study")
              .attr("SharedStudy")(request.url, request.study, study_to_json(request.config),
                                   resolved_config(request.config), search_.grace_s,
                                   py::cpp_function(stopped));
        }) {
    study_.with([&](py::object& study) { notice_ = study.attr("notice").cast<std::string>(); });
  }
  ~SharedStore() override {
    study_.with([](py::object& study) { study.attr("close")(); });
  }

  std::string notice() const override { return notice_; }
  std::string place() const override { return "storage"; }

  void refresh() override {
    std::vector<std::string> lines;
    study_.with([&](py::object& study) { lines = study.attr("refresh")().cast<std::vector<std::string>>(); });
    for (const auto& line : lines) {
      const auto trial = read_trial(line, place());
      TrialStore::record(trial);
    }
  }

  bool claim(int number, const Genome& genome) override {
    bool claimed = false;
    study_.with([&](py::object& study) {
      claimed = study.attr("claim")(number, genome_to_json(genome)).cast<bool>();
    });
    return claimed;
  }

  void release(int number) override {
    study_.with([&](py::object& study) { study.attr("release")(number); });
  }

  void wait_for_others() override { std::this_thread::sleep_for(wait_period); }

  /// A trial that was taken from this worker, for it gave no sign of life, is not recorded.
  void record(const Trial& trial) override {
    const auto weighed = trial_to_json(trial, search_), line = to_json_line(trial);
    bool recorded = false;
    study_.with([&](py::object& study) {
      recorded = study.attr("record")(trial.number, line, weighed).cast<bool>();
    });
    if (recorded) TrialStore::record(trial);
  }

 private:
  SearchConfig search_;
  PythonObject study_;
  std::string notice_;
};

}  // namespace

std::unique_ptr<TrialStore> open_shared_store(PythonThread& thread, const StorageRequest& request) {
  return std::make_unique<SharedStore>(thread, request);
}

}  // namespace mho
