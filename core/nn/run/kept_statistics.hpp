// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/nn/operators/operator.hpp"

namespace mho {

class Network;

/// A trained batch norm that stays as it is while the layers around it are trained: `own`, the state that it
/// would have, passes gradients on; its affine is that of the trained numbers, which get no gradient.
/// `operation`: of the network's plan.
std::unique_ptr<BatchState> keep_statistics(std::unique_ptr<BatchState> own, const Network& network,
                                            int operation);

}  // namespace mho
