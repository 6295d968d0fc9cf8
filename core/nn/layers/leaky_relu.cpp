// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/leaky_relu.hpp"

#include <fmt/format.h>

#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

class LeakyReluOperator final : public Activation {
 public:
  LeakyReluOperator(Shape shape, float slope) : Activation(shape), slope_(slope) {}

 private:
  void apply(const float* x, std::size_t count, float* y) const override {
    for (std::size_t i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : slope_ * x[i];
  }
  void differentiate(const float* y, const float* dy, std::size_t count, bool accumulate,
                     float* dx) const override {
    for (std::size_t i = 0; i < count; ++i)
      dx[i] = (accumulate ? dx[i] : 0.0f) + (y[i] > 0 ? dy[i] : slope_ * dy[i]);
  }

  float slope_;
};

/// A digital unit multiplies what is negative.
constexpr std::int64_t work = 1;

}  // namespace

void LeakyRelu::attributes(LayerAttributes& visitor) {
  visitor.number("slope", slope, LayerAttributes::Presence::required);
}

LayerFacts LeakyRelu::infer(const LayerSite& site) {
  if (!(slope >= 0 && slope <= 1))
    site.refuse(fmt::format("slope out of range: expected 0 to 1, got {}", slope));
  return elementwise_facts(site, work);
}

std::unique_ptr<Operator> LeakyRelu::make_operator(const OperatorSite& site) const {
  return std::make_unique<LeakyReluOperator>(site.output(), static_cast<float>(slope));
}

OnnxNode LeakyRelu::onnx(const LayerParameters&, Shape) const {
  return {.type = "LeakyRelu", .attributes = {{"alpha", static_cast<float>(slope)}}};
}

}  // namespace mho
