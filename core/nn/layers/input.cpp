// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/input.hpp"

namespace mho {

LayerFacts Input::infer(const LayerSite& site) {
  site.refuse("the image is no layer: leave 'input' undeclared");
}

std::unique_ptr<Operator> Input::make_operator(const OperatorSite&) const { return nullptr; }

OnnxNode Input::onnx(const LayerParameters&, Shape) const { return {}; }

}  // namespace mho
