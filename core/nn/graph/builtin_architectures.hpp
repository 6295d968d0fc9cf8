// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/nn/graph/architecture.hpp"

namespace mho {

/// Names that make_builtin knows: published networks (mlp, lenet5, resnet8, ds_cnn, ...), and those that
/// mho's own searches found (found_networks.hpp).
std::vector<std::string> builtin_names();

/// A reference network for an input shape and number of classes. "mlp" has hidden layers 256-128;
/// "mlp:300-100" sets them. Throws ArchitectureError for an unknown name (did-you-mean, the known ones
/// listed) and when the network does not fit the input.
Architecture make_builtin(const std::string& name, Shape input, int classes);

/// The input shape and classes that the network was published with (28x28x1 and 10 for mlp, ...).
/// Throws ArchitectureError for an unknown name.
struct PublishedTask {
  Shape input;
  int classes = 10;
};
PublishedTask published_task(const std::string& name);

}  // namespace mho
