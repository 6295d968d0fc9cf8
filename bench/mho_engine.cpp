// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bench/layer_engine.hpp"
#include "core/nn/products/matrix_layer.hpp"

namespace mho {
namespace {

Architecture architecture_of(const LayerShape& s) {
  if (s.is_dense())
    return {"dense",
            {1, 1, s.inputs},
            {{"layer", Dense{s.outputs, false}, {"input"}}, {"loss", Output{}, {"layer"}}}};
  Conv2d conv;
  conv.out_channels = s.outputs;
  conv.kernel_height = conv.kernel_width = s.kernel;
  return {
      "convolution",
      {s.height, s.width, s.inputs},
      {{"layer", conv, {"input"}}, {"pool", GlobalAveragePool{}, {"layer"}}, {"loss", Output{}, {"pool"}}}};
}

class MhoEngine : public LayerEngine {
 public:
  MhoEngine(const LayerShape& shape, const LayerData& data)
      : shape_(shape), data_(data), layer_(architecture_of(shape), 1, MvmSettings{}) {
    scratch_.resize(layer_.scratch_size());
    packed_gradient_.resize(layer_.packed_size());
    y_.resize(data.dy.size());
    dx_.resize(data.x.size());
    dw_.resize(data.w.size());
    layer_.pack_forward(data.w.data(), operand_.forward);
  }

  void run(Pass pass) override {
    const MatrixCall call{operand_, data_.x.data(), shape_.images, scratch_.data()};
    if (pass == Pass::forward) {
      layer_.pack_forward(data_.w.data(), operand_.forward);
      layer_.forward(call, nullptr, y_.data());
    } else if (pass == Pass::backward_data) {
      layer_.pack_backward(operand_);
      layer_.backward(call, data_.dy.data(), false, dx_.data());
    } else {
      const bool plain = layer_.is_packed_plainly();
      layer_.add_gradient(call, data_.dy.data(), false, plain ? dw_.data() : packed_gradient_.data());
      if (!plain) layer_.unpack_gradient(packed_gradient_.data(), false, dw_.data());
    }
  }

  std::vector<float> result(Pass pass) override {
    const auto& from = pass == Pass::forward ? y_ : pass == Pass::backward_data ? dx_ : dw_;
    return {from.begin(), from.end()};
  }

 private:
  LayerShape shape_;
  const LayerData& data_;
  MatrixLayer layer_;
  MatrixOperand operand_;
  FloatBuffer scratch_, packed_gradient_, y_, dx_, dw_;
};

}  // namespace

std::unique_ptr<LayerEngine> make_mho_engine(const LayerShape& shape, const LayerData& data) {
  return std::make_unique<MhoEngine>(shape, data);
}

}  // namespace mho
