// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"
#include "core/nn/operators/channel_affine.hpp"

namespace mho {

/// Batch normalisation over images and pixels, per channel, digital: gamma, beta, running mean and variance.
struct BatchNorm {
  double epsilon = 1e-5;

  bool operator==(const BatchNorm&) const = default;
  const char* name() const { return "batch_norm"; }
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
  /// scale = gamma / sqrt(running_variance + epsilon), shift = beta - scale * running_mean.
  ChannelAffine affine(const LayerParameters& parameters) const;
};

}  // namespace mho
