// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// Fully connected; flattens whatever comes in (row-major, channels innermost).
struct Dense {
  int out_features = 1;
  bool bias = true;

  bool operator==(const Dense&) const = default;
  const char* name() const { return "dense"; }
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
