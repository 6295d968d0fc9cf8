// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "search/extensions.hpp"
#include "search/judges/evaluator.hpp"
#include "search/models/surrogate_guide.hpp"
#include "search/study/run_folder.hpp"
#include "search/study/trial_store.hpp"

namespace mho {

/// Where the training of a trial stands.
struct RunningTrial {
  int trial = 0;
  int epochs = 0;  ///< done
  int of = 0;
};

/// What happened, for progress lines; called from one thread at a time.
struct SearchProgress {
  int done = 0;
  int total = 0;
  const Trial* trial = nullptr;  ///< just recorded; null for a message
  const Trial* best = nullptr;   ///< so far, under the constraints; null while there is none
  std::string why_none = {};     ///< why there is no best trial yet; "" for a message, or when there is one
  std::string message = {};      ///< "re-scoring 3 winners on the test split", ...
  const RunningTrial* running = nullptr;  ///< after an epoch, and then all but done and total is empty
};

struct SearchOptions {
  std::filesystem::path folder = {};  ///< the run folder; "": nothing is written and no winners are re-scored
  bool resume = false;
  std::string storage = {};  ///< URL of a study that several workers share; "": trials.jsonl, this one alone
  std::string study = {};    ///< its name in the storage; "": the run folder's
  SearchExtensions extensions = {};
  const std::atomic<bool>* stop = nullptr;  ///< set by a signal: running candidates end, nothing new starts
  std::function<void(const SearchProgress&)> on_progress = {};
};

/// A search under way: what every step of it needs.
struct Study {
  const RunConfig& config;
  const SearchOptions& options;
  const Evaluator& evaluator;
  Space space;
  SurrogateGuide guide;
  Proposer propose;
  std::optional<RunFolder> folder;  ///< none for a search in memory
  std::unique_ptr<TrialStore> store;

  bool stopped() const { return options.stop && options.stop->load(); }
  /// Tells whoever listens; "" is nothing to tell.
  void tell(const std::string& message) const;
  /// Tells where a training stands. From one thread at a time.
  void tell(const RunningTrial& running) const;
};

/// Opens what a search works with: its storage, then its folder, so that a search that is refused leaves
/// none. Throws ConfigError, DataError, RunError.
Study open_study(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator);

}  // namespace mho
