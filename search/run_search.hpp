// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "search/evaluator.hpp"
#include "search/extensions.hpp"
#include "search/front.hpp"
#include "search/prefilter.hpp"
#include "search/run_config.hpp"
#include "search/surrogate_guide.hpp"
#include "search/trial.hpp"

namespace mho {

/// What happened, for progress lines; called from one thread at a time.
struct SearchProgress {
  int done = 0;
  int total = 0;
  const Trial* trial = nullptr;  ///< just recorded; null for a message
  const Trial* best = nullptr;   ///< so far, under the constraints; null while there is none
  std::string why_none = {};     ///< why there is no best trial yet; "" for a message, or when there is one
  std::string message = {};      ///< "re-scoring 3 winners on the test split", ...
};

struct SearchOptions {
  std::filesystem::path folder = {};  ///< the run folder
  bool resume = false;
  std::string storage = {};  ///< URL of a study that several workers share; "": trials.jsonl, this one alone
  std::string study = {};    ///< its name in the storage; "": the run folder's
  SearchExtensions extensions = {};
  const std::atomic<bool>* stop = nullptr;  ///< set by a signal: running candidates end, nothing new starts
  std::function<void(const SearchProgress&)> on_progress = {};
};

/// A winner: the trial, and its own weights scored again with fresh devices on the test split.
struct Winner {
  Trial trial;
  Evaluation evaluation;
};

struct SearchResult {
  std::vector<Trial> trials = {};    ///< all, by number
  std::vector<Winner> winners = {};  ///< in the order of the selection, best first on validation
  bool stopped = false;              ///< by a signal: resume continues
  std::string note = {};             ///< e.g. that the space ran out of new genomes
  std::vector<Trial> front = {};     ///< pareto_front
  FrontVolume volume = {};
  std::optional<SurrogateReport> surrogate = {};
  std::vector<PrefilterWorth> prefilters = {};  ///< with a prefilter: what each zero-cost measure was worth
};

/// The method: propose, reject what breaks a hard constraint, train under noise, score
/// over drift, map, record, repeat; then re-score the winners and export them. Writes the run folder:
/// config.toml, trials.jsonl, front.csv, candidates/N/ (weights of trials; the winners' are kept),
/// winners/N/, summary.json, surrogate.json; when it is stopped, front and summary of the trials that are
/// finished. A resume with more trials extends the run. Throws ConfigError when `resume` meets another
/// configuration, the folder holds a run already or another search is at work in it, when no genome of the
/// space keeps the constraints (which one, after how many draws), RunError on a full disk. With a storage
/// every worker that joins computes the same generations, trains what it can claim, waits for the rest and
/// ends with the whole run folder.
SearchResult run_search(const RunConfig& config, const SearchOptions& options);

/// The same with another way of judging candidates.
SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator);

}  // namespace mho
