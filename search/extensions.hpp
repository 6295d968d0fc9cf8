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

/// What a host language adds to a search; all empty in the Python-free executable, where the names below give
/// a clear error.
struct SearchExtensions {
  std::function<std::unique_ptr<Surrogate>(const std::string& name)> make_surrogate;  ///< "xgboost"
  std::function<Proposer(const std::string& name, const RunConfig&)> make_proposer;   ///< "optuna:tpe"
  std::function<std::unique_ptr<TrialStore>(const std::string& url, const RunConfig&)>
      open_storage;  ///< journal:, postgresql://
};

}  // namespace mho
