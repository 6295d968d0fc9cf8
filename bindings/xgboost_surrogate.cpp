// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <fmt/format.h>

#include <optional>

#include "bindings/extensions.hpp"
#include "bindings/python_object.hpp"
#include "core/base/error.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

namespace py = pybind11;

using Rows = std::vector<std::vector<double>>;

class PythonSurrogate : public Surrogate {
 public:
  PythonSurrogate(PythonThread& thread, const std::string& name)
      : model_(thread, [&] { return py::module_::import("mho._xgboost").attr("make_surrogate")(name); }) {}

  void fit(const Space& space, std::span<const Trial> trials, RandomKey key) override {
    Rows genomes, targets;
    for (const auto& trial : trials) {
      if (trial.failed || !trial.score) continue;
      const auto& day = trial.score->at(one_day_s);
      genomes.push_back(space.encode(trial.genome));
      targets.push_back({day_gain(*trial.score), day.standard_deviation, trial.score->avm});
    }
    model_.with([&](py::object& model) { model.attr("fit")(genomes, targets, key.value()); });
    space_ = space;
  }

  std::vector<Prediction> predict(std::span<const Genome> genomes) const override {
    if (!space_) throw RunError("surrogate: expected fit before predict");
    Rows encoded, predicted;
    for (const auto& genome : genomes) {
      if (!space_->contains(genome))
        throw RunError(fmt::format("surrogate: expected a genome of the space that it was trained on, got {}",
                                   to_string(genome)));
      encoded.push_back(space_->encode(genome));
    }
    model_.with([&](py::object& model) { predicted = model.attr("predict")(encoded).cast<Rows>(); });
    std::vector<Prediction> predictions;
    for (const auto& row : predicted) predictions.push_back({row.at(0), row.at(1), row.at(2), row.at(3)});
    return predictions;
  }

  void save(const std::filesystem::path& file) const override {
    model_.with([&](py::object& model) { model.attr("save")(file.string()); });
  }

 private:
  PythonObject model_;
  std::optional<Space> space_;
};

}  // namespace

std::unique_ptr<Surrogate> make_python_surrogate(PythonThread& thread, const std::string& name) {
  return std::make_unique<PythonSurrogate>(thread, name);
}

}  // namespace mho
