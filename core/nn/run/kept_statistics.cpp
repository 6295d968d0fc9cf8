// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/kept_statistics.hpp"

#include <algorithm>

#include "core/nn/graph/architecture.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/operators/affine_input_gradient.hpp"
#include "core/nn/operators/channel_affine.hpp"
#include "core/nn/run/network.hpp"

namespace mho {
namespace {

class KeptStatistics final : public BatchState {
 public:
  KeptStatistics(std::unique_ptr<BatchState> own, const Layer& layer, Shape shape)
      : own_(std::move(own)),
        layer_(layer),
        shape_(shape),
        none_(static_cast<std::size_t>(shape.channels), 0.0f) {}

  void reset(std::size_t part) override { own_->reset(part); }
  void observe(std::size_t part, const float* x, int images, std::uint16_t* halves) override {
    if (halves) own_->observe(part, x, images, halves);  // whose sums nobody reads
  }
  void finish(int, LayerParameters& parameters, ChannelAffine& affine) override {
    affine = channel_affine(layer_, parameters).value();
    scale_ = affine.scale;
  }
  void observe_gradient(std::size_t part, const BackwardCall& call) override {
    own_->observe_gradient(part, call);
  }
  void finish_gradient(int, const LayerParameters&, LayerParameters& gradients) override {
    std::fill(gradients.gamma.begin(), gradients.gamma.end(), 0.0f);
    std::fill(gradients.beta.begin(), gradients.beta.end(), 0.0f);
  }
  void backward(const BackwardCall& call) const override {
    affine_input_gradient(call, shape_, {scale_.data(), none_.data(), none_.data()});
  }

 private:
  std::unique_ptr<BatchState> own_;
  const Layer& layer_;
  Shape shape_;
  std::vector<float> scale_, none_;
};

}  // namespace

std::unique_ptr<BatchState> keep_statistics(std::unique_ptr<BatchState> own, const Network& network,
                                            int operation) {
  const auto& op = network.plan().operations[static_cast<std::size_t>(operation)];
  const auto& node = network.architecture().nodes()[static_cast<std::size_t>(op.node)];
  return std::make_unique<KeptStatistics>(std::move(own), node.layer, node.shape);
}

}  // namespace mho
