// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <fmt/format.h>

#include "search/fidelity.hpp"
#include "search/front.hpp"
#include "search/generation.hpp"
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

}  // namespace

SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  check_run_config(config);
  check_evaluator(config.search, evaluator);
  const auto& search = config.search;
  const Study study{config,
                    options,
                    evaluator,
                    open_run_folder(options.folder, config, options.resume),
                    Space(config.space),
                    make_proposer(search.proposer)};
  TrialStore store(study.folder.trials());
  SearchResult result;

  for (int first = 0; first < search.trials && result.note.empty(); first += search.population) {
    const auto generation = propose_generation(study, first, store.before(first));
    train_generation(study, generation, store);
    result.note = generation.note;
    if (study.stopped()) return {store.all(), {}, true, ""};
  }
  store.sort_file();
  result.trials = store.all();
  result.prefilters = prefilter_worths(result.trials, search);
  write_front(study.folder.front(), pareto_front(result.trials, search));

  const auto selection = select_winners(result.trials, search);
  result.note = joined(result.note, selection.note);
  tell(study, store, result.note);
  tell(study, store, fmt::format("re-scoring {} winners on the test split", selection.trials.size()));
  result.winners = rescore_winners(study, selection.trials);
  if (study.stopped()) return {std::move(result.trials), {}, true, ""};
  export_winners(study, result.winners);
  remove_other_candidates(study, result.winners);
  return result;
}

SearchResult run_search(const RunConfig& config, const SearchOptions& options) {
  check_run_config(config);
  return run_search(config, options, make_evaluator(config));
}

}  // namespace mho
