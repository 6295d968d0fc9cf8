// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/conv2d.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/nn/graph/parameters.hpp"
#include "core/nn/operators/matrix_operator.hpp"
#include "core/nn/products/depthwise_layer.hpp"

namespace mho {
namespace {

class DepthwiseOperator final : public Operator {
 public:
  explicit DepthwiseOperator(const ConvolutionGeometry& geometry)
      : layer_(geometry),
        in_(geometry.input.size()),
        out_(geometry.output.size()),
        channels_(geometry.output.channels) {}

  std::size_t scratch_size() const override { return layer_.scratch_size(); }

  void forward(const ForwardCall& call) const override {
    const auto& bias = call.parameters.bias;
    const float* x = call.x[0];
    float* y = call.y;
    for (int i = 0; i < call.images; ++i, x += in_) {
      layer_.forward(x, call.parameters.weight.data(), call.scratch, y);
      for (std::int64_t p = 0; p < out_; p += channels_, y += channels_)
        for (std::size_t c = 0; c < bias.size(); ++c) y[c] += bias[c];
    }
  }

  void backward(const BackwardCall& call) const override {
    for (int i = 0; i < call.images; ++i) {
      const float* dy = call.dy + i * out_;
      layer_.add_gradient(call.x[0] + i * in_, dy, call.scratch, call.sums.target);
      if (call.dx[0])
        layer_.backward(dy, call.parameters.weight.data(), !call.first[0], call.scratch,
                        call.dx[0] + i * in_);
    }
  }

 private:
  DepthwiseLayer layer_;
  std::int64_t in_, out_;
  int channels_;
};

/// Rows (kernel row, kernel column, input channel of the group) x output channels -> [output channel, input
/// channel, kernel row, kernel column].
std::vector<float> onnx_weights(const FloatBuffer& weight, const Conv2d& conv, int inputs) {
  const int taps = conv.kernel_height * conv.kernel_width;
  std::vector<float> turned(weight.size());
  for (int tap = 0; tap < taps; ++tap)
    for (int input = 0; input < inputs; ++input)
      for (int output = 0; output < conv.out_channels; ++output) {
        const auto from = (std::int64_t{tap} * inputs + input) * conv.out_channels + output;
        const auto to = (std::int64_t{output} * inputs + input) * taps + tap;
        turned[static_cast<std::size_t>(to)] = weight[static_cast<std::size_t>(from)];
      }
  return turned;
}

}  // namespace

void Conv2d::attributes(LayerAttributes& visitor) {
  visitor.whole("out_channels", out_channels, LayerAttributes::Presence::required);
  visitor.window(*this);
  visitor.whole("groups", groups, LayerAttributes::Presence::optional);
  visitor.flag("bias", bias, LayerAttributes::Presence::optional);
}

LayerFacts Conv2d::infer(const LayerSite& site) {
  site.expect_one_input();
  const Shape in = site.input();
  site.check_window(window_of(*this));
  if (!same) site.check_padding(padding, largest_window, largest_window);
  site.check_range("out_channels", out_channels, 1, largest_activation);
  site.check_range("groups", groups, 1, largest_activation);
  if (in.channels % groups != 0 || out_channels % groups != 0)
    site.refuse(
        fmt::format("groups do not divide the channels: expected a divisor of {} (in) and {} (out), got {}",
                    in.channels, out_channels, groups));
  if (same) padding = same_padding(in, kernel_height, kernel_width, stride_height, stride_width);
  const Shape out = site.slide(window_of(*this), out_channels);
  const std::int64_t rows = std::int64_t{1} * kernel_height * kernel_width * (in.channels / groups);
  site.check_range("rows of the weight matrix", rows, 1, std::numeric_limits<int>::max());
  LayerFacts facts{.shape = out,
                   .matrix = {static_cast<int>(rows), out_channels / groups, groups,
                              std::int64_t{1} * out.height * out.width, kernel_height * kernel_width}};
  if (bias) facts.tensors = {bias_tensor()};
  facts.on_chip = {.place = groups > 1 ? OnChip::Place::window : OnChip::Place::crossbar,
                   .window = window_of(*this),
                   .work = bias ? 1 : 0};
  return facts;
}

std::unique_ptr<Operator> Conv2d::make_operator(const OperatorSite& site) const {
  const auto geometry = geometry_of(site.architecture, site.node);
  if (geometry.is_depthwise()) return std::make_unique<DepthwiseOperator>(geometry);
  return std::make_unique<MatrixOperator>(site);
}

OnnxNode Conv2d::onnx(const LayerParameters& parameters, Shape input) const {
  const int inputs = input.channels / groups;
  OnnxNode node{.type = "Conv"};
  node.attributes = onnx_window(window_of(*this));
  node.attributes.insert(node.attributes.begin(), {"group", std::int64_t{groups}});
  node.tensors = {{"weight",
                   {out_channels, inputs, kernel_height, kernel_width},
                   onnx_weights(parameters.weight, *this, inputs)}};
  if (bias) node.tensors.push_back(onnx_channels("bias", parameters.bias));
  return node;
}

}  // namespace mho
