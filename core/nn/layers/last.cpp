// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/last.hpp"

#include <algorithm>

namespace mho {
namespace {

class LastOperator final : public Operator {
 public:
  explicit LastOperator(Shape input) : input_(input) {}
  void forward(const ForwardCall& call) const override {
    for (std::int64_t i = 0; i < call.images; ++i)
      std::copy_n(call.x[0] + (i + 1) * input_.size() - input_.channels, input_.channels,
                  call.y + i * input_.channels);
  }
  void backward(const BackwardCall& call) const override {
    if (!call.dx[0]) return;
    start_input_gradient(call, 0, input_.size());
    for (std::int64_t i = 0; i < call.images; ++i)
      for (int c = 0; c < input_.channels; ++c)
        call.dx[0][(i + 1) * input_.size() - input_.channels + c] += call.dy[i * input_.channels + c];
  }

 private:
  Shape input_;
};

}  // namespace

LayerFacts Last::infer(const LayerSite& site) {
  site.expect_one_input();
  const Shape in = site.input();
  if (in.width != 1)
    site.refuse("wrong input: expected a sequence, steps x 1 x channels, got " + to_string(in));
  // It waits for the whole sequence, as a window over all of it does.
  return {.shape = {1, 1, in.channels},
          .on_chip = {.place = OnChip::Place::window, .window = {in.height, 1, in.height, 1, {}}}};
}

std::unique_ptr<Operator> Last::make_operator(const OperatorSite& site) const {
  return std::make_unique<LastOperator>(site.input());
}

OnnxNode Last::onnx(const LayerParameters&, Shape input) const {
  return {.type = "Gather",
          .attributes = {{"axis", std::int64_t{2}}},
          .indices = {std::int64_t{input.height} - 1}};
}

}  // namespace mho
