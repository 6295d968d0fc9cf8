// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// In training each number becomes 0 with probability `rate` and 1 / (1 - rate) of itself otherwise, drawn
/// anew for every image of every step; else nothing happens (Srivastava et al. 2014).
struct Dropout {
  double rate = 0.5;

  bool operator==(const Dropout&) const = default;
  const char* name() const { return "dropout"; }
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
