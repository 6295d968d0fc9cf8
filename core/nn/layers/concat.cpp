// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/concat.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mho {
namespace {

class ConcatOperator final : public Operator {
 public:
  explicit ConcatOperator(const OperatorSite& site) : shape_(site.output()) {
    const std::size_t inputs = site.inputs();
    for (std::size_t i = 0; i < inputs; ++i) channels_.push_back(site.input(i).channels);
  }

  void forward(const ForwardCall& call) const override {
    const std::int64_t pixels = this->pixels(call.images);
    float* y = call.y;
    for (std::size_t i = 0; i < channels_.size(); y += channels_[i++])
      for (std::int64_t p = 0; p < pixels; ++p)
        std::copy_n(call.x[i] + p * channels_[i], channels_[i], y + p * shape_.channels);
  }

  void backward(const BackwardCall& call) const override {
    const std::int64_t pixels = this->pixels(call.images);
    for (std::size_t i = 0; i < channels_.size(); ++i)
      start_input_gradient(call, i, this->pixels(1) * channels_[i]);
    const float* dy = call.dy;
    for (std::size_t i = 0; i < channels_.size(); dy += channels_[i++])
      if (float* dx = call.dx[i])
        for (std::int64_t p = 0; p < pixels; ++p)
          for (int c = 0; c < channels_[i]; ++c) dx[p * channels_[i] + c] += dy[p * shape_.channels + c];
  }

 private:
  std::int64_t pixels(int images) const { return std::int64_t{1} * images * shape_.height * shape_.width; }

  Shape shape_;
  std::vector<int> channels_;  ///< one an input
};

}  // namespace

LayerFacts Concat::infer(const LayerSite& site) {
  site.expect_inputs_to_join();
  const Shape first = site.input();
  std::int64_t channels = 0;
  for (const auto& shape : site.inputs) {
    if (shape.height != first.height || shape.width != first.width)
      site.refuse(fmt::format("inputs to concat differ: expected {}x{} pixels like the first, got {}",
                              first.height, first.width, to_string(shape)));
    channels += shape.channels;
  }
  site.check_range("channels", channels, 1, largest_activation);
  return {.shape = {first.height, first.width, static_cast<int>(channels)},
          .on_chip = {.place = OnChip::Place::concat}};
}

std::unique_ptr<Operator> Concat::make_operator(const OperatorSite& site) const {
  return std::make_unique<ConcatOperator>(site);
}

OnnxNode Concat::onnx(const LayerParameters&, Shape) const {
  return {.type = "Concat", .attributes = {{"axis", std::int64_t{1}}}};
}

}  // namespace mho
