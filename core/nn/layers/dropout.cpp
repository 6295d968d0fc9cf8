// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/dropout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/random.hpp"
#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

class DropoutOperator final : public Operator {
 public:
  DropoutOperator(Shape shape, double rate) : shape_(shape), rate_(rate) {}

  void forward(const ForwardCall& call) const override {
    if (call.noise_key == 0) return forward_pixels(call, pixels(call.images));
    for (int i = 0; i < call.images; ++i)
      draw(call.noise_key, call.first_image + i, [&](std::int64_t k, float factor) {
        call.y[i * shape_.size() + k] = factor * call.x[0][i * shape_.size() + k];
      });
  }

  void forward_pixels(const ForwardCall& call, std::int64_t count) const override {
    std::copy_n(call.x[0], count * shape_.channels, call.y);
  }

  void backward(const BackwardCall& call) const override {
    if (!call.dx[0]) return;
    start_input_gradient(call, 0, shape_.size());
    for (int i = 0; i < call.images; ++i)
      draw(call.noise_key, call.first_image + i, [&](std::int64_t k, float factor) {
        call.dx[0][i * shape_.size() + k] += factor * call.dy[i * shape_.size() + k];
      });
  }

 private:
  std::int64_t pixels(int images) const { return std::int64_t{1} * images * shape_.height * shape_.width; }

  /// Calls use(number, factor) for an image's numbers.
  template <class Use>
  void draw(std::uint64_t key, int image, Use use) const {
    Random random(RandomKey(key).with("dropout", static_cast<std::uint64_t>(image)));
    const auto kept = static_cast<float>(1 / (1 - rate_));
    const auto limit = static_cast<std::uint32_t>(rate_ * 4294967296.0);
    for (std::int64_t k = 0; k < shape_.size(); ++k) use(k, random.bits() < limit ? 0.0f : kept);
  }

  Shape shape_;
  double rate_;
};

}  // namespace

void Dropout::attributes(LayerAttributes& visitor) {
  visitor.number("rate", rate, LayerAttributes::Presence::optional);
}

LayerFacts Dropout::infer(const LayerSite& site) {
  if (!(rate >= 0 && rate <= 0.99)) site.refuse(fmt::format("rate: expected 0 to 0.99, got {:g}", rate));
  auto facts = elementwise_facts(site, 0);
  facts.running.drops = rate > 0;
  return facts;
}

std::unique_ptr<Operator> Dropout::make_operator(const OperatorSite& site) const {
  return std::make_unique<DropoutOperator>(site.output(), rate);
}

OnnxNode Dropout::onnx(const LayerParameters&, Shape) const {
  return {.type = "Dropout", .tensors = {{"ratio", {}, {static_cast<float>(rate)}}}};
}

}  // namespace mho
