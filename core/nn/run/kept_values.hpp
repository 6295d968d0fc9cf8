// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/aligned.hpp"

namespace mho {

class Network;

/// What operations of a mini-batch leave for their backward pass beside their outputs
/// ([image][Operator::kept_size()] by operation): the gates of recurrent layers.
class KeptValues {
 public:
  /// For mini-batches of at most `images`.
  KeptValues(const Network& network, int images);

  /// Null for an operation that keeps nothing.
  float* at(int op, int image) {
    const auto k = static_cast<std::size_t>(op);
    return sizes_[k] > 0 ? values_[k].data() + image * sizes_[k] : nullptr;
  }
  /// Floats held.
  std::size_t floats() const;

 private:
  std::vector<std::int64_t> sizes_;  ///< of an image
  std::vector<FloatBuffer> values_;
};

/// Floats that KeptValues of the network would hold.
std::size_t kept_floats(const Network& network, int images);

}  // namespace mho
