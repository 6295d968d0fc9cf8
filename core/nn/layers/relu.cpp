// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/relu.hpp"

#include "core/nn/kernels/kernels.hpp"
#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

class ReluOperator final : public Activation {
  using Activation::Activation;
  void apply(const float* x, std::size_t count, float* y) const override { kernels().relu(x, count, y); }
  void differentiate(const float* y, const float* dy, std::size_t count, bool accumulate,
                     float* dx) const override {
    kernels().relu_backward(y, dy, count, accumulate, dx);
  }
};

}  // namespace

LayerFacts Relu::infer(const LayerSite& site) { return elementwise_facts(site, 0); }

std::unique_ptr<Operator> Relu::make_operator(const OperatorSite& site) const {
  return std::make_unique<ReluOperator>(site.output());
}

OnnxNode Relu::onnx(const LayerParameters&, Shape) const { return {.type = "Relu"}; }

}  // namespace mho
