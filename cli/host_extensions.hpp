// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/foreign_network.hpp"
#include "search/extensions.hpp"

namespace mho {

/// What a host language adds to the commands; all empty in the Python-free executable.
struct HostExtensions {
  SearchExtensions search = {};
  NetworkReader read_network = {};  ///< of ONNX files
};

}  // namespace mho
