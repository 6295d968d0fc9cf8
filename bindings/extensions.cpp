// SPDX-License-Identifier: Apache-2.0
#include "bindings/extensions.hpp"

namespace mho {

HostExtensions python_extensions(PythonThread& thread) {
  HostExtensions all;
  SearchExtensions& extensions = all.search;
  extensions.make_surrogate = [&](const std::string& name) { return make_python_surrogate(thread, name); };
  extensions.make_proposer = [&](const std::string& name, const RunConfig& config) {
    return make_optuna_proposer(thread, name, config);
  };
  extensions.open_storage = [&](const StorageRequest& request) { return open_shared_store(thread, request); };
  all.read_network = extensions.read_network = make_network_reader(thread);
  return all;
}

}  // namespace mho
