// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/tanh.hpp"

#include <cmath>

#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

class TanhOperator final : public Activation {
  using Activation::Activation;
  void apply(const float* x, std::size_t count, float* y) const override {
    for (std::size_t i = 0; i < count; ++i) y[i] = std::tanh(x[i]);
  }
  void differentiate(const float* y, const float* dy, std::size_t count, bool accumulate,
                     float* dx) const override {
    for (std::size_t i = 0; i < count; ++i)
      dx[i] = (accumulate ? dx[i] : 0.0f) + dy[i] * (1.0f - y[i] * y[i]);
  }
};

/// A digital unit reads a table and interpolates: one multiply-accumulate.
constexpr std::int64_t work = 1;

}  // namespace

LayerFacts Tanh::infer(const LayerSite& site) { return elementwise_facts(site, work); }

std::unique_ptr<Operator> Tanh::make_operator(const OperatorSite& site) const {
  return std::make_unique<TanhOperator>(site.output());
}

OnnxNode Tanh::onnx(const LayerParameters&, Shape) const { return {.type = "Tanh"}; }

}  // namespace mho
