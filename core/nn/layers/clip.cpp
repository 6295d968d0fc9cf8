// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/clip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

class ClipOperator final : public Activation {
 public:
  ClipOperator(Shape shape, float low, float high) : Activation(shape), low_(low), high_(high) {}

 private:
  void apply(const float* x, std::size_t count, float* y) const override {
    for (std::size_t i = 0; i < count; ++i) y[i] = std::clamp(x[i], low_, high_);
  }
  void differentiate(const float* y, const float* dy, std::size_t count, bool accumulate,
                     float* dx) const override {
    for (std::size_t i = 0; i < count; ++i)
      dx[i] = (accumulate ? dx[i] : 0.0f) + (y[i] > low_ && y[i] < high_ ? dy[i] : 0.0f);
  }

  float low_, high_;
};

}  // namespace

void Clip::attributes(LayerAttributes& visitor) {
  visitor.number("low", low, LayerAttributes::Presence::required);
  visitor.number("high", high, LayerAttributes::Presence::required);
}

LayerFacts Clip::infer(const LayerSite& site) {
  const auto low_bound = static_cast<float>(low), high_bound = static_cast<float>(high);
  if (!std::isfinite(low_bound) || !std::isfinite(high_bound) || low_bound >= high_bound)
    site.refuse(
        fmt::format("bounds out of range: expected finite ones, low below high, got {} and {}", low, high));
  return elementwise_facts(site, 0);
}

std::unique_ptr<Operator> Clip::make_operator(const OperatorSite& site) const {
  return std::make_unique<ClipOperator>(site.output(), static_cast<float>(low), static_cast<float>(high));
}

OnnxNode Clip::onnx(const LayerParameters&, Shape) const {
  return {.type = "Clip",
          .tensors = {{"low", {}, {static_cast<float>(low)}}, {"high", {}, {static_cast<float>(high)}}}};
}

}  // namespace mho
