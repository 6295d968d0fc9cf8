// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// Sum of two or more inputs of one shape.
struct Add {
  bool operator==(const Add&) const = default;
  const char* name() const { return "add"; }
  void attributes(LayerAttributes&) {}
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
