// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// y = max(x, 0)
struct Relu {
  bool operator==(const Relu&) const = default;
  const char* name() const { return "relu"; }
  void attributes(LayerAttributes&) {}
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
