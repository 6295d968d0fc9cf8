// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// Max or average pooling; the average counts only real pixels, not padding.
struct Pool {
  enum class Kind { max, average };
  Kind kind = Kind::max;
  int kernel_height = 2;
  int kernel_width = 2;
  int stride_height = 2;
  int stride_width = 2;
  bool same = false;
  Padding padding{};

  bool operator==(const Pool&) const = default;
  static std::vector<Pool> forms() { return {{Kind::max}, {Kind::average}}; }
  const char* name() const { return kind == Kind::max ? "max_pool" : "average_pool"; }
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
