// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// y = min(max(x, low), high): ReLU6 with the bounds that it has by default.
struct Clip {
  double low = 0;
  double high = 6;
  bool operator==(const Clip&) const = default;
  const char* name() const { return "clip"; }
  void attributes(LayerAttributes& visitor);
  /// Refuses bounds that are not finite or not in order.
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
