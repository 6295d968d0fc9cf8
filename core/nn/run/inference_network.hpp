// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/nn/run/network.hpp"

namespace mho {

/// The buffers of a forward pass with trained batch norms: a few images at a time through all operations. One
/// a thread.
class InferenceNetwork {
 public:
  /// `parameters` (biases, batch norms, depthwise weights) must outlive this.
  InferenceNetwork(const Network& network, const Parameters& parameters);

  /// Logits of `count` images (NHWC): count x Architecture::outputs(). Output noise of image i depends on
  /// (key, i).
  void logits(const Operands& operands, const float* images, int count, RandomKey key, float* out);
  /// How many of `count` images, or of their steps, have their label as the largest logit.
  int count_correct(const Operands& operands, const float* images, const int* labels, int count,
                    RandomKey key);

  /// Calls body(operation, values, images) after each operation of each walk: for calibration.
  template <class Body>
  void visit(const Operands& operands, const float* images, int count, RandomKey key, Body body) {
    for (int first = 0; first < count; first += walk_) {
      const int n = std::min(walk_, count - first);
      run_walk(operands, images, first, n, key);
      for (size_t op = 0; op < pointers_.size(); ++op) body(static_cast<int>(op), pointers_[op], n);
    }
  }

 private:
  void run_walk(const Operands& operands, const float* images, int first, int count, RandomKey key);

  const Network& network_;
  const Parameters& parameters_;
  int walk_;
  std::vector<ChannelAffine> affines_;
  std::vector<FloatBuffer> values_;
  std::vector<float*> pointers_;
  FloatBuffer scratch_;
};

}  // namespace mho
