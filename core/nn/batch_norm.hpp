// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/parameters.hpp"

namespace mho {

/// y = scale * x + shift, one pair a channel.
struct ChannelAffine {
  std::vector<float> scale;
  std::vector<float> shift;
};

/// A trained batch norm as one affine: scale = gamma / sqrt(running_variance + epsilon),
/// shift = beta - scale * running_mean.
ChannelAffine fold_batch_norm(const LayerParameters& parameters, double epsilon);

}  // namespace mho
