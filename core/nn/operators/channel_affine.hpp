// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace mho {

/// y = scale * x + shift, one pair a channel.
struct ChannelAffine {
  std::vector<float> scale;
  std::vector<float> shift;
};

}  // namespace mho
