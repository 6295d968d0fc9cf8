// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "evaluators/foreign_network.hpp"
#include "search/models/surrogate.hpp"
#include "search/proposers/proposer.hpp"
#include "search/run_config.hpp"
#include "search/study/trial_store.hpp"

namespace mho {

/// The study of a storage that a worker asks for.
struct StorageRequest {
  const std::string& url;  ///< journal:PATH or a database's
  const std::string& study;
  const RunConfig& config;
  const std::atomic<bool>* stop;  ///< null, or set once nothing is to be waited for any more
};

/// What a host language adds to a search; all empty in the Python-free executable, where the names that need
/// them are ConfigErrors. Each throws InputError, before any training, for what it cannot serve.
struct SearchExtensions {
  std::function<std::unique_ptr<Surrogate>(const std::string& name)> make_surrogate = {};  ///< "xgboost"
  std::function<Proposer(const std::string& name, const RunConfig&)> make_proposer = {};   ///< "optuna:tpe"
  std::function<std::unique_ptr<TrialStore>(const StorageRequest&)> open_storage = {};
  NetworkReader read_network = {};  ///< of ONNX files, for search.from
};

/// A native proposer, or the host's for "optuna:...". Throws InputError.
Proposer make_proposer(const RunConfig& config, const SearchExtensions& extensions);
/// The host's surrogate. Throws InputError.
std::unique_ptr<Surrogate> make_host_surrogate(const std::string& name, const SearchExtensions& extensions);
/// The host's storage. Throws InputError.
std::unique_ptr<TrialStore> open_storage(const StorageRequest& request, const SearchExtensions& extensions);

}  // namespace mho
