// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <fmt/format.h>

#include "core/base/files/text_file.hpp"
#include "search/check_search.hpp"
#include "search/front.hpp"
#include "search/generation.hpp"
#include "search/summary.hpp"
#include "search/trial_file.hpp"
#include "search/winners.hpp"

namespace mho {
namespace {

void tell(const Study& study, const TrialStore& store, const std::string& message) {
  if (!study.options.on_progress || message.empty()) return;
  study.options.on_progress({store.count(), study.config.search.trials, nullptr, nullptr, "", message});
}

RunFolder start_run_folder(const RunConfig& config, const SearchOptions& options) {
  const auto alone = options.resume ? RunStart::resumed : RunStart::fresh;
  return open_run_folder(options.folder, config, options.storage.empty() ? alone : RunStart::joined);
}

/// The storage that the run shares with other workers; null when it has none.
std::unique_ptr<TrialStore> join_storage(const RunConfig& config, const SearchOptions& options) {
  if (options.storage.empty()) return nullptr;
  const auto inside = std::filesystem::absolute(options.folder / "").lexically_normal();
  const auto name = options.study.empty() ? inside.parent_path().filename().string() : options.study;
  return open_storage({options.storage, name, config, options.stop}, options.extensions);
}

std::string joined(const std::string& first, const std::string& second) {
  return first + (first.empty() || second.empty() ? "" : "; ") + second;
}

/// The finished trials by number, and their front.
void gather(const Study& study, const TrialStore& store, SearchResult& result) {
  const auto& search = study.config.search;
  store.write_sorted(study.folder.trials());
  result.trials = store.all();
  result.front = pareto_front(result.trials, search);
  result.volume = front_volume(result.trials, search);
  write_front(study.folder.front(), result.front);
}

void write_summary(const Study& study, const SearchResult& result) {
  write_file_atomically(study.folder.summary(), summary_json(result, study.config, study.folder));
}

/// What a run leaves that was stopped: all but winners, whose turn comes when every trial is there.
SearchResult stopped_run(const Study& study, const TrialStore& store) {
  SearchResult result;
  result.stopped = true;
  gather(study, store, result);
  write_summary(study, result);
  return result;
}

}  // namespace

SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator) {
  check_run_config(config);
  check_search(config, options, evaluator);
  const auto& search = config.search;
  SurrogateGuide guide(config, options.extensions);
  const auto propose = make_proposer(config, options.extensions);
  const auto shared = join_storage(config, options);
  const Study study{config,  options, evaluator, start_run_folder(config, options), Space(config.space),
                    propose, guide};
  TrialFile file(study.folder.trials());
  TrialStore& store = shared ? *shared : file;
  SearchResult result;
  tell(study, store, store.notice());

  for (int first = 0; first < search.trials && result.note.empty(); first += search.population) {
    const auto history = store.before(first);
    tell(study, store, guide.learn(history));
    const auto generation = propose_generation(study, first, history);
    train_generation(study, generation, store);
    result.note = generation.note;
    if (study.stopped()) return stopped_run(study, store);
  }
  gather(study, store, result);
  result.surrogate = guide.conclude(result.trials, study.folder.surrogate());
  result.prefilters = prefilter_worths(result.trials, search);

  const auto selection = select_winners(result.trials, search);
  result.note = joined(result.note, selection.note);
  tell(study, store, result.note);
  tell(study, store, fmt::format("re-scoring {} winners on the test split", selection.trials.size()));
  result.winners = rescore_winners(study, selection.trials);
  if (study.stopped()) return stopped_run(study, store);
  const auto warning = warn_of_chance(result.winners);
  result.note = joined(result.note, warning);
  tell(study, store, warning);
  export_winners(study, result.winners);
  remove_other_candidates(study, result.winners);
  write_summary(study, result);
  return result;
}

SearchResult run_search(const RunConfig& config, const SearchOptions& options) {
  check_run_config(config);
  return run_search(config, options, make_evaluator(config));
}

}  // namespace mho
