// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// Characters as vectors: T x 1 x 1 whole numbers -> T x 1 x symbols, 1 in the number's channel and 0 in all
/// others. It is done before the chip, where the text comes from. It throws DataError for a number that is
/// none of 0 to symbols - 1.
struct OneHot {
  int symbols = 2;

  bool operator==(const OneHot&) const = default;
  const char* name() const { return "one_hot"; }
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
