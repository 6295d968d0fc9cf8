// SPDX-License-Identifier: Apache-2.0
#include "core/nn/batch_norm.hpp"

#include <cmath>

namespace mho {

ChannelAffine fold_batch_norm(const LayerParameters& p, double epsilon) {
  ChannelAffine affine{std::vector<float>(p.gamma.size()), std::vector<float>(p.gamma.size())};
  for (size_t c = 0; c < p.gamma.size(); ++c) {
    const double scale = p.gamma[c] / std::sqrt(p.running_variance[c] + epsilon);
    affine.scale[c] = static_cast<float>(scale);
    affine.shift[c] = static_cast<float>(p.beta[c] - scale * p.running_mean[c]);
  }
  return affine;
}

}  // namespace mho
