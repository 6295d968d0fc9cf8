// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// Mean over all pixels: 1 x 1 x channels.
struct GlobalAveragePool {
  bool operator==(const GlobalAveragePool&) const = default;
  const char* name() const { return "global_average_pool"; }
  void attributes(LayerAttributes&) {}
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
