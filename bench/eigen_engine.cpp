// SPDX-License-Identifier: Apache-2.0
#include "bench/eigen_products.hpp"
#include "bench/layer_engine.hpp"
#include "core/base/vector/instruction_set.hpp"

namespace mho {
namespace {

const EigenProducts& eigen_products() {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return eigen_engine_avx512;
  if (instruction_set() == InstructionSet::avx2) return eigen_engine_avx2;
#endif
  return eigen_engine_portable;
}

class EigenEngine : public LayerEngine {
 public:
  EigenEngine(const LayerShape& s, const LayerData& data)
      : data_(data), product_{s.images, s.height, s.width, s.inputs, s.outputs, s.kernel, nullptr} {
    patches_.resize(static_cast<size_t>(s.image_pixels()) * static_cast<size_t>(s.rows()));
    product_.patches = patches_.data();
    y_.resize(data.dy.size());
    dx_.resize(data.x.size());
    dw_.resize(data.w.size());
  }

  void run(Pass pass) override {
    const auto& eigen = eigen_products();
    const float *x = data_.x.data(), *w = data_.w.data(), *dy = data_.dy.data();
    if (pass == Pass::forward) eigen.forward(product_, x, w, y_.data());
    if (pass == Pass::backward_data) eigen.backward_data(product_, dy, w, dx_.data());
    if (pass == Pass::backward_weights) eigen.backward_weights(product_, x, dy, dw_.data());
  }

  std::vector<float> result(Pass pass) override {
    const auto& from = pass == Pass::forward ? y_ : pass == Pass::backward_data ? dx_ : dw_;
    return {from.begin(), from.end()};
  }

 private:
  const LayerData& data_;
  PatchProduct product_;
  FloatBuffer patches_, y_, dx_, dw_;
};

}  // namespace

std::unique_ptr<LayerEngine> make_eigen_engine(const LayerShape& shape, const LayerData& data) {
  return std::make_unique<EigenEngine>(shape, data);
}

}  // namespace mho
