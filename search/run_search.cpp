// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <fmt/format.h>

#include "search/front.hpp"
#include "search/generation.hpp"
#include "search/trial_file.hpp"
#include "search/winners.hpp"

namespace mho {
namespace {

void tell(const Study& study, const TrialStore& store, const std::string& message) {
  if (!study.options.on_progress || message.empty()) return;
  study.options.on_progress({store.count(), study.config.search.trials, nullptr, nullptr, message});
}

/// A worker joins a shared study: whether its folder was started before does not matter.
RunFolder start_run_folder(const RunConfig& config, const SearchOptions& options) {
  const bool joins = !options.storage.empty() && std::filesystem::exists(RunFolder{options.folder}.config());
  return open_run_folder(options.folder, config, options.resume || joins);
}

/// The storage that the run shares with other workers; null when it has none.
std::unique_ptr<TrialStore> join_storage(const RunConfig& config, const SearchOptions& options) {
  if (options.storage.empty()) return nullptr;
  const auto run = std::filesystem::absolute(options.folder).lexically_normal().filename().string();
  return open_storage(options.storage, run, config, options.extensions);
}

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : "; ") + second;
}

}  // namespace

SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  check_run_config(config);
  const auto& search = config.search;
  const auto propose = make_proposer(config, options.extensions);
  const auto shared = join_storage(config, options);
  const Study study{config, options, evaluator, start_run_folder(config, options), Space(config.space),
                    propose};
  TrialFile file(study.folder.trials());
  TrialStore& store = shared ? *shared : file;
  SearchResult result;

  for (int first = 0; first < search.trials && result.note.empty(); first += search.population) {
    const auto generation = propose_generation(study, first, store.before(first));
    train_generation(study, generation, store);
    result.note = generation.note;
    if (study.stopped()) return {store.all(), {}, true, ""};
  }
  store.write_sorted(study.folder.trials());
  result.trials = store.all();
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
