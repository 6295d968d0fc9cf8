// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/add.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/nn/kernels/kernels.hpp"
#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

class AddOperator final : public ElementwiseOperator {
 public:
  AddOperator(Shape shape, bool relu) : ElementwiseOperator(shape), relu_(relu) {}

  void forward_pixels(const ForwardCall& call, std::int64_t pixels) const override {
    const auto count = static_cast<std::size_t>(pixels * shape_.channels);
    std::copy_n(call.x[0], count, call.y);
    for (std::size_t k = 1; k < call.x.size(); ++k) kernels().add(call.x[k], count, call.y);
    if (relu_) kernels().relu(call.y, count, call.y);
  }

  void backward(const BackwardCall& call) const override {
    for (std::size_t i = 0; i < call.dx.size(); ++i) start_input_gradient(call, i, shape_.size());
    const auto count = static_cast<std::size_t>(call.images * shape_.size());
    for (std::size_t i = 0; i < call.dx.size(); ++i) {
      if (call.dx[i] && relu_) kernels().relu_backward(call.y, call.dy, count, true, call.dx[i]);
      if (call.dx[i] && !relu_) kernels().add(call.dy, count, call.dx[i]);
    }
  }

 private:
  bool relu_;
};

}  // namespace

LayerFacts Add::infer(const LayerSite& site) {
  site.expect_inputs_to_join();
  for (const auto& shape : site.inputs)
    if (shape != site.input())
      site.refuse(fmt::format("inputs to add differ: expected {} like the first, got {}",
                              to_string(site.input()), to_string(shape)));
  return {.shape = site.input(),
          .running = {.takes_relu = true},
          .on_chip = {.place = OnChip::Place::elementwise, .work = std::ssize(site.inputs) - 1}};
}

std::unique_ptr<Operator> Add::make_operator(const OperatorSite& site) const {
  return std::make_unique<AddOperator>(site.output(), site.relu);
}

OnnxNode Add::onnx(const LayerParameters&, Shape) const { return {.type = "Sum"}; }  // of two or more

}  // namespace mho
