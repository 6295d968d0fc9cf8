// SPDX-License-Identifier: Apache-2.0
#include "bindings/extensions.hpp"

namespace mho {

SearchExtensions python_extensions(PythonThread& thread) {
  SearchExtensions extensions;
  extensions.make_surrogate = [&](const std::string& name) { return make_python_surrogate(thread, name); };
  extensions.make_proposer = [&](const std::string& name, const RunConfig& config) {
    return make_optuna_proposer(thread, name, config);
  };
  extensions.open_storage = [&](const StorageRequest& request) { return open_shared_store(thread, request); };
  return extensions;
}

}  // namespace mho
