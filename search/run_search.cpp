// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <fmt/format.h>

#include "core/chip/layer_targets.hpp"
#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/front.hpp"
#include "search/generation.hpp"
#include "search/summary.hpp"
#include "search/winners.hpp"

namespace mho {
namespace {

void tell(const Study& study, const TrialStore& store, const std::string& message) {
  if (!study.options.on_progress || message.empty()) return;
  study.options.on_progress({store.count(), study.config.search.trials, nullptr, nullptr, message});
}

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : "; ") + second;
}

/// The front, and what the surrogate was worth.
void conclude(const Study& study, SurrogateGuide& guide, SearchResult& result) {
  const auto& search = study.config.search;
  result.front = pareto_front(result.trials, search);
  result.volume = front_volume(result.trials, search);
  write_front(study.folder.front(), result.front);
  result.surrogate = guide.conclude(result.trials, study.folder.surrogate());
}

void check_no_network_bounds(const SearchConfig& search) {
  if (search.max_parameters > 0 || search.max_cores > 0)
    throw ConfigError(
        fmt::format("search.max_parameters, search.max_cores: expected 0, 0 with an objective of your own, "
                    "which knows no "
                    "network, got {}, {}",
                    search.max_parameters, search.max_cores));
}

}  // namespace

SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator,
                        const SearchExtensions& extensions) {
  check_run_config(config);
  if (!evaluator.judge) check_cell_fits(config.hardware, config.chip);  // winners are exported
  if (evaluator.judge) check_no_network_bounds(config.search);
  const auto& search = config.search;
  SurrogateGuide guide(config, extensions);
  const Study study{config,
                    options,
                    evaluator,
                    open_run_folder(options.folder, config, options.resume),
                    Space(config.space),
                    make_proposer(search.proposer),
                    guide};
  TrialStore store(study.folder.trials());
  SearchResult result;

  for (int first = 0; first < search.trials && result.note.empty(); first += search.population) {
    const auto history = store.before(first);
    tell(study, store, guide.learn(history));
    const auto generation = propose_generation(study, first, history);
    train_generation(study, generation, store);
    result.note = generation.note;
    if (study.stopped()) return {.trials = store.all(), .stopped = true};
  }
  store.sort_file();
  result.trials = store.all();
  conclude(study, guide, result);

  const auto selection = select_winners(result.trials, search);
  result.note = joined(result.note, selection.note);
  tell(study, store, result.note);
  tell(study, store, fmt::format("re-scoring {} winners on the test split", selection.trials.size()));
  result.winners = rescore_winners(study, selection.trials);
  if (study.stopped()) return {.trials = std::move(result.trials), .stopped = true};
  export_winners(study, result.winners);
  remove_other_candidates(study, result.winners);
  write_file_atomically(study.folder.summary(), summary_json(result, config, study.folder));
  return result;
}

SearchResult run_search(const RunConfig& config, const SearchOptions& options,
                        const SearchExtensions& extensions) {
  check_run_config(config);
  return run_search(config, options, make_evaluator(config), extensions);
}

}  // namespace mho
