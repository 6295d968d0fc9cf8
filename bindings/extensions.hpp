// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "bindings/python_thread.hpp"
#include "cli/host_extensions.hpp"

namespace mho {

/// Optuna's samplers as proposers: pure, as every proposer is (python/mho/_optuna.py). Throws ConfigError.
Proposer make_optuna_proposer(PythonThread& thread, const std::string& name, const RunConfig& config);

/// The surrogates of xgboost (python/mho/_xgboost.py). Throws ConfigError.
std::unique_ptr<Surrogate> make_python_surrogate(PythonThread& thread, const std::string& name);

/// A study in an Optuna storage (python/mho/_shared_study.py). Throws ConfigError.
std::unique_ptr<TrialStore> open_shared_store(PythonThread& thread, const StorageRequest& request);

/// Reads ONNX files (python/mho/_onnx). Throws ConfigError (the file's faults).
NetworkReader make_network_reader(PythonThread& thread);

/// All that Python adds. The thread must serve as long as they are in use.
HostExtensions python_extensions(PythonThread& thread);

}  // namespace mho
