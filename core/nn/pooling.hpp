// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/architecture.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {

/// The loops of a Pool or GlobalAveragePool node, and whether it takes maxima or averages.
struct PoolingLayer {
  Pooling loops;
  bool maximum = false;
};
PoolingLayer pooling_of(const Layer& layer, Shape input, Shape output);

}  // namespace mho
