// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/output.hpp"

namespace mho {

LayerFacts Output::infer(const LayerSite& site) {
  site.expect_one_input();
  const Shape in = site.input();
  if (in.width != 1)
    site.refuse("outputs have the wrong shape: expected 1x1 x outputs, or steps x 1 x outputs, got " +
                to_string(in));
  return {.shape = in};
}

std::unique_ptr<Operator> Output::make_operator(const OperatorSite&) const { return nullptr; }

OnnxNode Output::onnx(const LayerParameters&, Shape) const { return {}; }

}  // namespace mho
