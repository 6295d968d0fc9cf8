// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// y = 1 / (1 + exp(-x))
struct Sigmoid {
  bool operator==(const Sigmoid&) const = default;
  const char* name() const { return "sigmoid"; }
  void attributes(LayerAttributes&) {}
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
