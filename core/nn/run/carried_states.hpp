// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/aligned.hpp"

namespace mho {

class Network;

/// What recurrent layers carry from one mini-batch to the next, where image i of each continues the sequence
/// of image i of the one before: states and cells, [image][Operator::carried_size()] by operation.
class CarriedStates {
 public:
  /// For mini-batches of at most `images`; all zero.
  CarriedStates(const Network& network, int images);

  /// Sequences begin: all is zero again.
  void clear();
  /// What a mini-batch ended with is what the next one begins with.
  void advance();
  /// Null for an operation that carries nothing.
  const float* start(int op, int image) const { return at(start_, op, image); }
  float* end(int op, int image) { return const_cast<float*>(at(end_, op, image)); }

 private:
  const float* at(const std::vector<FloatBuffer>& all, int op, int image) const {
    const auto k = static_cast<std::size_t>(op);
    return sizes_[k] > 0 ? all[k].data() + image * sizes_[k] : nullptr;
  }

  std::vector<std::int64_t> sizes_;  ///< of an image
  std::vector<FloatBuffer> start_, end_;
};

}  // namespace mho
