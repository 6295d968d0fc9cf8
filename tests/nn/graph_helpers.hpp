// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "core/nn/graph/architecture.hpp"

namespace mho::test {

/// The message of the ArchitectureError that `action` throws, or "no error".
template <class Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const ArchitectureError& error) {
    return error.what();
  }
  return "no error";
}

inline int node_index(const Architecture& architecture, const std::string& name) {
  const auto& nodes = architecture.nodes();
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].name == name) return static_cast<int>(i);
  throw std::out_of_range("no node " + name);
}

inline const Node& node(const Architecture& architecture, const std::string& name) {
  return architecture.nodes()[static_cast<size_t>(node_index(architecture, name))];
}

}  // namespace mho::test
