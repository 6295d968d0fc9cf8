// SPDX-License-Identifier: Apache-2.0
#include "search/study/confirmation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/base/parallel.hpp"
#include "search/study/objective.hpp"
#include "search/study/study.hpp"
#include "search/study/trial_file.hpp"

namespace mho {
namespace {

/// Numbers beyond those of all trials and of what judged_again of winners.cpp takes.
int fresh_number(const SearchConfig& search, int trial, int training) {
  return search.trials * (2 + training) + trial;
}

std::vector<Trial> the_best(const std::vector<Trial>& trials, const SearchConfig& search) {
  std::vector<Trial> best;
  for (const auto* trial : ranking(trials, search))
    if (std::ssize(best) < search.confirm && keeps_avm(*trial->score, search)) best.push_back(*trial);
  return best;
}

/// Trains what the file lacks; false when the run was stopped meanwhile.
bool train_again(const Study& study, const std::vector<Trial>& best, TrialFile& file) {
  const auto& search = study.config.search;
  std::mutex recording;
  const auto jobs = best.size() * static_cast<size_t>(search.confirm_trainings);
  const auto train = [&](size_t job) {
    const auto& trial = best[job / static_cast<size_t>(search.confirm_trainings)];
    const int number = fresh_number(search, trial.number,
                                    static_cast<int>(job % static_cast<size_t>(search.confirm_trainings)));
    if (study.stopped()) return;
    {
      const std::lock_guard lock(recording);
      if (file.find(number)) return;
    }
    auto again =
        study.evaluator.judge(trial.genome, number, [&](int, double) { return !study.stopped(); }).trial;
    if (again.failed && study.stopped()) return;
    again.number = number, again.genome = trial.genome, again.name = trial.name;
    const std::lock_guard lock(recording);
    file.record(again);
  };
  if (study.evaluator.side_by_side())
    parallel_for(jobs, train);
  else
    for (size_t job = 0; job < jobs; ++job) train(job);
  return !study.stopped();
}

}  // namespace

Score together(std::span<const Score> scores) {
  Score sum = scores.front();
  const auto count = static_cast<double>(scores.size());
  const auto mean = [&](const auto& value) {
    double total = 0;
    for (const auto& score : scores) total += value(score);
    return total / count;
  };
  sum.digital = mean([](const Score& score) { return score.digital; });
  sum.avm = mean([](const Score& score) { return score.avm; });
  for (size_t t = 0; t < sum.drift.size(); ++t) {
    auto& point = sum.drift[t];
    point.mean = mean([&](const Score& score) { return score.drift[t].mean; });
    const double within =
        mean([&](const Score& score) { return std::pow(score.drift[t].standard_deviation, 2); });
    const double between =
        mean([&](const Score& score) { return std::pow(score.drift[t].mean - point.mean, 2); });
    point.standard_deviation = std::sqrt(within + between);
    point.programmings *= static_cast<int>(scores.size());
    for (size_t end = 0; end < 2; ++end)
      point.interval95[end] = mean([&](const Score& score) { return score.drift[t].interval95[end]; });
  }
  return sum;
}

std::vector<Confirmation> confirm(const Study& study, const std::vector<Trial>& trials) {
  const auto& search = study.config.search;
  const auto best = the_best(trials, search);
  if (best.empty()) return {};
  study.tell(fmt::format("training the best {} again, {} times each", best.size(), search.confirm_trainings));
  TrialFile file(study.folder->confirmations());
  if (!train_again(study, best, file)) return {};
  std::vector<Confirmation> confirmations;
  for (const auto& trial : best) {
    Confirmation confirmation{trial, *trial.score};
    std::vector<Score> scores;
    for (int training = 0; training < search.confirm_trainings; ++training) {
      const auto* again = file.find(fresh_number(search, trial.number, training));
      if (again->score && !again->failed)
        scores.push_back(*again->score);
      else
        ++confirmation.failed;
    }
    confirmation.trial.score = scores.empty() ? std::nullopt : std::optional(together(scores));
    confirmations.push_back(std::move(confirmation));
  }
  return confirmations;
}

std::vector<Trial> confirmed_trials(const std::vector<Confirmation>& confirmations,
                                    const std::vector<Trial>& trials) {
  if (confirmations.empty()) return trials;
  std::vector<Trial> confirmed;
  for (const auto& confirmation : confirmations) confirmed.push_back(confirmation.trial);
  return confirmed;
}

std::string luck_note(const std::vector<Confirmation>& confirmations) {
  double lost = 0;
  int counted = 0;
  for (const auto& [trial, first, failed] : confirmations)
    if (trial.score) lost += day_gain(first) - day_gain(*trial.score), ++counted;
  if (counted == 0) return "";
  const auto& [trial, first, failed] = confirmations.front();
  const auto of_first = trial.score
                            ? fmt::format("{:+.2f} points", 100 * (day_gain(*trial.score) - day_gain(first)))
                            : std::string("it failed");
  return fmt::format(
      "fresh trainings against the first, at 1 d: {:+.2f} points on average over the best {}, trial {} "
      "that was first {}",
      -100 * lost / counted, counted, trial.number, of_first);
}

}  // namespace mho
