// SPDX-License-Identifier: Apache-2.0
#include "search/models/surrogate_check.hpp"

#include <algorithm>
#include <vector>

#include "search/models/kendall_tau.hpp"
#include "search/study/objective.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

constexpr size_t folds = 5;

std::vector<Trial> scored(std::span<const Trial> trials) {
  std::vector<Trial> kept;
  for (const auto& trial : trials)
    if (!trial.failed && trial.score) kept.push_back(trial);
  return kept;
}

std::vector<Prediction> predict_fold(Surrogate& surrogate, const Space& space,
                                     const std::vector<Trial>& trials, std::span<const Trial> always,
                                     size_t fold, RandomKey key) {
  std::vector<Trial> seen(always.begin(), always.end());
  std::vector<Genome> held_out;
  for (size_t i = 0; i < trials.size(); ++i)
    if (i % folds == fold)
      held_out.push_back(trials[i].genome);
    else
      seen.push_back(trials[i]);
  surrogate.fit(space, seen, key.with("fold", fold));
  return surrogate.predict(held_out);
}

/// The measured score as a prediction, to compare field by field.
Prediction measured(const Trial& trial) {
  const auto& day = trial.score->at(one_day_s);
  return {day_gain(*trial.score), 0, day.standard_deviation, trial.score->avm};
}

template <class Value>
double tau_of(const std::vector<Prediction>& a, const std::vector<Prediction>& b, const Value& value) {
  std::vector<double> x, y;
  for (const auto& prediction : a) x.push_back(value(prediction));
  for (const auto& prediction : b) y.push_back(value(prediction));
  return kendall_tau(x, y);
}

}  // namespace

double predicted_objective(const Prediction& prediction, const SearchConfig& search) {
  if (!is_over_sigma(search)) return prediction.accuracy;
  return prediction.accuracy / std::max(prediction.deviation, smallest_deviation);
}

SurrogateCheck cross_validate(const std::function<std::unique_ptr<Surrogate>()>& make, const Space& space,
                              std::span<const Trial> trials, std::span<const Trial> earlier,
                              const SearchConfig& search, RandomKey key) {
  auto checked = scored(trials);
  auto always = scored(earlier);
  if (std::ssize(checked) < least_checked) std::swap(checked, always);
  SurrogateCheck check{.trials = static_cast<int>(checked.size())};
  if (check.trials < least_checked) return check;
  Random(key.with("folds")).shuffle(std::span(checked));
  std::vector<Prediction> predicted, truth;
  for (size_t fold = 0; fold < folds; ++fold) {
    const auto part = predict_fold(*make(), space, checked, always, fold, key);
    predicted.insert(predicted.end(), part.begin(), part.end());
    for (size_t i = fold; i < checked.size(); i += folds) truth.push_back(measured(checked[i]));
  }
  check.objective =
      tau_of(predicted, truth, [&](const Prediction& p) { return predicted_objective(p, search); });
  check.accuracy = tau_of(predicted, truth, [](const Prediction& p) { return p.accuracy; });
  check.deviation = tau_of(predicted, truth, [](const Prediction& p) { return p.deviation; });
  check.avm = tau_of(predicted, truth, [](const Prediction& p) { return p.avm; });
  return check;
}

}  // namespace mho
