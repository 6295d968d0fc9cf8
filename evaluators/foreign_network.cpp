// SPDX-License-Identifier: Apache-2.0
#include "evaluators/foreign_network.hpp"

#include "core/nn/graph/architecture_json.hpp"

namespace mho {

Candidate to_candidate(ForeignNetwork network, const std::string& where) {
  auto architecture = read_architecture_json(network.architecture, where);
  auto parameters = read_parameters(std::move(network.weights), architecture, where);
  return {std::move(architecture), std::move(parameters), ""};
}

}  // namespace mho
