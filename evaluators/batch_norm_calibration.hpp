// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "core/nn/run/network.hpp"

namespace mho {

/// Takes every batch norm's running mean and variance anew from what it sees when the network classifies
/// `count` images (NHWC) with these operands, in the order of the graph: a batch norm behind another one sees
/// what that one gives with its new statistics. On a programmed chip this absorbs gains and offsets that a
/// whole channel has in common (PIM-QAT, arXiv 2209.08617). Output noise of image i depends on (key, i).
void recalibrate_batch_norms(const Network& network, const Operands& operands, const float* images, int count,
                             RandomKey key, Parameters& parameters);

}  // namespace mho
