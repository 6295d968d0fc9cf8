// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/dense.hpp"

#include "core/nn/graph/parameters.hpp"
#include "core/nn/operators/matrix_operator.hpp"

namespace mho {

void Dense::attributes(LayerAttributes& visitor) {
  visitor.whole("out_features", out_features, LayerAttributes::Presence::required);
  visitor.flag("bias", bias, LayerAttributes::Presence::optional);
}

LayerFacts Dense::infer(const LayerSite& site) {
  site.expect_one_input();
  site.check_range("out_features", out_features, 1, largest_activation);
  LayerFacts facts{.shape = {1, 1, out_features},
                   .matrix = {static_cast<int>(site.input().size()), out_features, 1, 1},
                   .on_chip = {.place = OnChip::Place::crossbar, .flattens = true, .work = bias ? 1 : 0}};
  if (bias) facts.tensors = {bias_tensor()};
  return facts;
}

std::unique_ptr<Operator> Dense::make_operator(const OperatorSite& site) const {
  return std::make_unique<MatrixOperator>(site);
}

OnnxNode Dense::onnx(const LayerParameters& parameters, Shape input) const {
  OnnxNode node{.type = "Gemm", .layout = OnnxNode::Layout::vectors};
  node.tensors = {
      {"weight", {input.size(), out_features}, {parameters.weight.begin(), parameters.weight.end()}}};
  if (bias) node.tensors.push_back(onnx_channels("bias", parameters.bias));
  return node;
}

}  // namespace mho
