// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "search/proposer.hpp"
#include "search/run_config.hpp"
#include "search/surrogate.hpp"
#include "search/trial_store.hpp"

namespace mho {

/// What a host language adds to a search; all empty in the Python-free executable, where the names that need
/// them are ConfigErrors. Each throws InputError, before any training, for what it cannot serve.
struct SearchExtensions {
  std::function<std::unique_ptr<Surrogate>(const std::string& name)> make_surrogate = {};  ///< "xgboost"
  std::function<Proposer(const std::string& name, const RunConfig&)> make_proposer = {};   ///< "optuna:tpe"
  /// `url` is journal:PATH or a database's; `run` names the study.
  std::function<std::unique_ptr<TrialStore>(const std::string& url, const std::string& run, const RunConfig&)>
      open_storage = {};
};

/// A native proposer, or the host's for "optuna:...". Throws InputError.
Proposer make_proposer(const RunConfig& config, const SearchExtensions& extensions);
/// The host's surrogate. Throws InputError.
std::unique_ptr<Surrogate> make_host_surrogate(const std::string& name, const SearchExtensions& extensions);
/// The host's storage. Throws InputError.
std::unique_ptr<TrialStore> open_storage(const std::string& url, const std::string& run,
                                         const RunConfig& config, const SearchExtensions& extensions);

}  // namespace mho
