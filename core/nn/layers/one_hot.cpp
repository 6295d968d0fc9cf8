// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/one_hot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

class OneHotOperator final : public Operator {
 public:
  OneHotOperator(int steps, int symbols) : steps_(steps), symbols_(symbols) {}

  void forward(const ForwardCall& call) const override {
    const std::int64_t count = std::int64_t{call.images} * steps_;
    std::fill_n(call.y, count * symbols_, 0.0f);
    for (std::int64_t i = 0; i < count; ++i) call.y[i * symbols_ + symbol(call.x[0][i])] = 1;
  }
  /// A number of a vocabulary has no gradient.
  void backward(const BackwardCall& call) const override { start_input_gradient(call, 0, steps_); }

 private:
  int symbol(float number) const {
    if (!(number >= 0 && number < static_cast<float>(symbols_)) || number != std::floor(number))
      throw DataError(
          fmt::format("one_hot: expected characters as whole numbers from 0 to {}, the network's vocabulary, "
                      "found {:g}",
                      symbols_ - 1, number));
    return static_cast<int>(number);
  }

  int steps_, symbols_;
};

}  // namespace

void OneHot::attributes(LayerAttributes& visitor) {
  visitor.whole("symbols", symbols, LayerAttributes::Presence::required);
}

LayerFacts OneHot::infer(const LayerSite& site) {
  site.expect_one_input();
  const Shape in = site.input();
  if (in.width != 1 || in.channels != 1)
    site.refuse("wrong input: expected characters, steps x 1 x 1, got " + to_string(in));
  site.check_range("symbols", symbols, 2, largest_activation);
  return {.shape = {in.height, 1, symbols},
          .on_chip = {.place = OnChip::Place::window, .window = {1, 1, 1, 1, {}}}};
}

std::unique_ptr<Operator> OneHot::make_operator(const OperatorSite& site) const {
  return std::make_unique<OneHotOperator>(site.input().height, symbols);
}

/// OneHot's own axis goes first among the channels, whose one it replaces.
OnnxNode OneHot::onnx(const LayerParameters&, Shape) const {
  return {.type = "OneHot",
          .attributes = {{"axis", std::int64_t{1}}},
          .tensors = {{"symbols", {}, {static_cast<float>(symbols)}}, {"values", {2}, {0, 1}}},
          .layout = OnnxNode::Layout::symbols};
}

}  // namespace mho
