// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
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

constexpr double shortest_wait_s = 0.25, longest_wait_s = 2;
/// Of what was waited for in vain: minutes of training are not asked for four times a second.
constexpr double wait_share = 0.25;

class SharedStore : public TrialStore {
 public:
  SharedStore(PythonThread& thread, const StorageRequest& request)
      : search_(request.config.search), stop_(request.stop), study_(thread, [&] {
          const auto stopped = [stop = request.stop] { return stop && stop->load(); };
          return py::module_::import("mho._shared_study")
              .attr("SharedStudy")(request.url, request.study, study_to_json(request.config),
                                   resolved_config(request.config), search_.grace_s,
                                   py::cpp_function(stopped));
        }) {
    study_.with([&](py::object& study) {
      notice_ = study.attr("notice").cast<std::string>();
      turn_ = study.attr("turn").cast<std::ptrdiff_t>();
    });
  }
  ~SharedStore() override {
    study_.with([](py::object& study) { study.attr("close")(); });
  }

  std::string notice() const override { return notice_; }
  std::string place() const override { return "storage"; }
  std::ptrdiff_t turn() const override { return turn_; }

  void refresh() override {
    std::vector<std::string> lines;
    study_.with([&](py::object& study) { lines = study.attr("refresh")().cast<std::vector<std::string>>(); });
    if (!lines.empty()) waited_s_ = 0;
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
    if (claimed) waited_s_ = 0;
    return claimed;
  }

  void release(int number) override {
    study_.with([&](py::object& study) { study.attr("release")(number); });
  }

  void wait_for_others() override {
    const double wait_s = std::clamp(wait_share * waited_s_, shortest_wait_s, longest_wait_s);
    for (double slept_s = 0; slept_s < wait_s && !stopped(); slept_s += shortest_wait_s)
      std::this_thread::sleep_for(std::chrono::duration<double>(shortest_wait_s));
    waited_s_ += wait_s;
  }

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
  bool stopped() const { return stop_ && stop_->load(); }

  SearchConfig search_;
  const std::atomic<bool>* stop_;
  PythonObject study_;
  std::string notice_;
  std::ptrdiff_t turn_ = 0;
  double waited_s_ = 0;  ///< since there was news
};

}  // namespace

std::unique_ptr<TrialStore> open_shared_store(PythonThread& thread, const StorageRequest& request) {
  return std::make_unique<SharedStore>(thread, request);
}

}  // namespace mho
