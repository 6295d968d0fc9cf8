// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// y = x above 0, slope x below.
struct LeakyRelu {
  double slope = 0.01;
  bool operator==(const LeakyRelu&) const = default;
  const char* name() const { return "leaky_relu"; }
  void attributes(LayerAttributes& visitor);
  /// Refuses a slope outside [0, 1].
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
