// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// The end of a network: 1 x 1 x outputs numbers leave it, or steps x 1 x outputs, scores of classes or
/// values. What training makes
/// of them is the task's business (core/nn/run/loss.hpp); files call it after the only loss that there was.
struct Output {
  bool operator==(const Output&) const = default;
  const char* name() const { return "softmax_cross_entropy"; }
  void attributes(LayerAttributes&) {}
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
