// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/check_search.hpp"
#include "search/generations/generation.hpp"
#include "search/judges/training_evaluator.hpp"
#include "search/study/summary.hpp"
#include "search/study/winners.hpp"

namespace mho {
namespace {

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : "; ") + second;
}

/// The finished trials by number, and their front.
SearchResult gather(const Study& study) {
  SearchResult result;
  result.trials = study.store->all();
  result.front = pareto_front(result.trials, study.config.search);
  result.volume = front_volume(result.trials, study.config.search);
  if (!study.folder) return result;
  study.store->write_sorted(study.folder->trials());
  write_front(study.folder->front(), result.front, study.config.search);
  return result;
}

/// Then the space or its builder is at fault, not the trainings.
void expect_a_network(const Study& study, const std::vector<Trial>& trials) {
  const auto unbuilt = [](const Trial& trial) { return trial.failed && trial.parameters == 0; };
  if (!study.evaluator.networks() || trials.empty() || !std::all_of(trials.begin(), trials.end(), unbuilt))
    return;
  throw ConfigError(
      fmt::format("space: expected a genome that builds a network, got none in {} trials; the first: {}",
                  trials.size(), trials.front().reason));
}

void write_summary(const Study& study, const SearchResult& result) {
  if (study.folder)
    write_file_atomically(study.folder->summary(), summary_json(result, study.config, *study.folder));
}

/// What a run leaves that was stopped: all but winners, whose turn comes when every trial is there.
SearchResult stopped_run(const Study& study) {
  auto result = gather(study);
  result.stopped = true;
  write_summary(study, result);
  return result;
}

}  // namespace

SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  check_run_config(config);
  check_search(config, options, evaluator);
  auto study = open_study(config, options, evaluator);
  study.tell(study.store->notice());

  std::string note;
  for (int first = 0; first < config.search.trials && note.empty(); first += config.search.population) {
    const auto history = study.store->before(first);
    study.tell(study.guide.learn(history));
    const auto generation = propose_generation(study, first, history);
    if (first == 0) study.tell(estimate_time(study, generation));
    train_generation(study, generation);
    note = generation.note;
    if (study.stopped()) return stopped_run(study);
  }
  auto result = gather(study);
  expect_a_network(study, result.trials);
  result.note = note;
  result.surrogate = study.guide.conclude(result.trials);
  result.prefilters = prefilter_worths(result.trials, config.search);
  if (!study.folder) return result;

  study.guide.save(study.folder->surrogate());
  result.confirmations = confirm(study, result.trials);
  if (study.stopped()) return stopped_run(study);
  study.tell(luck_note(result.confirmations));
  const auto selection = select_winners(confirmed_trials(result.confirmations, result.trials), config.search);
  result.note = joined(result.note, selection.note);
  study.tell(result.note);
  study.tell(fmt::format("re-scoring {} winners on the test split", selection.trials.size()));
  result.winners = rescore_winners(study, selection.trials);
  if (study.stopped()) return stopped_run(study);
  const auto warning = warn_of_chance(result.winners);
  result.note = joined(result.note, warning);
  study.tell(warning);
  export_winners(study, result.winners);
  remove_other_candidates(study, result.winners);
  write_summary(study, result);
  return result;
}

SearchResult run_search(const RunConfig& config, const SearchOptions& options) {
  check_run_config(config);
  return run_search(config, options, *make_evaluator(config, {}, options.extensions.read_network));
}

}  // namespace mho
