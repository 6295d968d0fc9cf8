// SPDX-License-Identifier: Apache-2.0
#include "search/study/winners.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/chip/export/export.hpp"
#include "evaluators/scoring/chance.hpp"
#include "search/candidate_config.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

/// Empty when the run was stopped while the weights were trained again.
Parameters trained_parameters(const Study& study, const Trial& trial, const Architecture& architecture) {
  const auto file = study.folder->weights(trial.number);
  if (std::filesystem::exists(file)) return load_parameters(file, architecture);
  const auto again =
      study.evaluator.networks()
          ->configured(trial.genome)
          ->evaluate(architecture, trial.number, [&](int, double) { return !study.stopped(); });
  if (again.failed && study.stopped()) return {};
  if (again.failed)
    throw RunError(
        fmt::format("trial {}: expected its training to succeed again, got: {}", trial.number, again.reason));
  save_parameters(file, architecture, again.parameters);
  return again.parameters;
}

/// Empty when the run was stopped meanwhile. Where there are no networks a winner keeps what it was judged
/// by: another judgement by the user's own objective is what search.confirm asks for.
std::optional<Evaluation> rescored(const Study& study, const Trial& trial) {
  if (!study.evaluator.networks()) {
    Evaluation evaluation;
    evaluation.score = *trial.score;
    evaluation.cost = trial.cost;
    return evaluation;
  }
  const auto& networks = *study.evaluator.networks();
  const auto architecture = networks.network(trial.genome);
  const auto parameters = trained_parameters(study, trial, architecture);
  if (parameters.empty()) return std::nullopt;
  return networks.configured(trial.genome)->rescore(architecture, parameters, trial.number);
}

}  // namespace

Selection select_winners(const std::vector<Trial>& trials, const SearchConfig& search) {
  Selection selection;
  const auto ranked = ranking(trials, search);
  if (ranked.empty()) return {{}, "no winner: no trial ended with a score"};
  const bool keeps = keeps_avm(*ranked.front()->score, search);
  if (!keeps)
    selection.note =
        fmt::format("no trial keeps max_avm = {} points; the winners are those with the lowest AVM ({:.2f})",
                    search.max_avm, ranked.front()->score->avm);
  for (const auto* trial : ranked)
    if (std::ssize(selection.trials) < search.winners && keeps_avm(*trial->score, search) == keeps)
      selection.trials.push_back(*trial);
  return selection;
}

std::vector<Winner> rescore_winners(const Study& study, const std::vector<Trial>& selected) {
  std::vector<Winner> winners;
  for (const auto& trial : selected) {
    if (study.stopped()) break;
    const auto evaluation = rescored(study, trial);
    if (evaluation) winners.push_back({trial, *evaluation});
  }
  return winners;
}

std::string warn_of_chance(const std::vector<Winner>& winners) {
  std::vector<std::string> places;
  for (size_t place = 0; place < winners.size(); ++place) {
    const auto& score = winners[place].evaluation.score;
    if (is_near_chance(score))
      places.push_back(fmt::format("winner {} has {} {} on the test split after one day", place,
                                   metric_of(score.metric).title,
                                   metric_of(score.metric).shown(score.at(one_day_s).mean, 1)));
  }
  if (places.empty()) return "";
  const auto& score = winners.front().evaluation.score;
  const auto& metric = metric_of(score.metric);
  return fmt::format("{}: near chance, which is {} ({})", join(places), metric.shown(score.chance, 1),
                     metric.chance_answer);
}

void export_winners(const Study& study, const std::vector<Winner>& winners) {
  const auto* networks = study.evaluator.networks();
  if (!networks) return;
  for (size_t place = 0; place < winners.size(); ++place) {
    const auto& [trial, evaluation] = winners[place];
    const auto config = candidate_config(study.config, trial.genome);
    const auto folder = study.folder->winner(static_cast<int>(place));
    const auto architecture = networks->network(trial.genome);
    save_candidate(folder, architecture, evaluation, config.search.seed, networks->features());
    const auto mapped = map_onto_chip(architecture, config.chip, config.mapping, MappingMode::full);
    if (!mapped.mapping) throw MappingError(fmt::format("trial {}: {}", trial.number, mapped.reason));
    export_chip(folder / "chip", {architecture, evaluation.parameters, config.hardware, config.chip,
                                  *mapped.mapping, networks->features()});
  }
}

void remove_other_candidates(const Study& study, const std::vector<Winner>& winners) {
  std::error_code ignored;  // left-over weights harm nothing
  for (const auto& entry : std::filesystem::directory_iterator(study.folder->candidates(), ignored)) {
    const bool won = std::any_of(winners.begin(), winners.end(), [&](const Winner& winner) {
      return entry.path().filename() == std::to_string(winner.trial.number);
    });
    if (!won) std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace mho
