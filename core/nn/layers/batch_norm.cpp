// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/batch_norm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/nn/graph/parameters.hpp"
#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/operators/affine_input_gradient.hpp"
#include "core/nn/operators/elementwise.hpp"

namespace mho {
namespace {

/// Share of the new mini-batch in the running statistics (the usual 0.1).
constexpr double running_share = 0.1;

/// z = scale * x + shift, + the second input where the addition behind it was taken in; then ReLU if `relu`.
class BatchNormOperator final : public ElementwiseOperator {
 public:
  BatchNormOperator(Shape shape, double epsilon, bool relu)
      : ElementwiseOperator(shape),
        epsilon_(epsilon),
        floor_(relu ? 0.0f : -std::numeric_limits<float>::infinity()) {}

  void forward_pixels(const ForwardCall& call, std::int64_t pixels) const override {
    const int count = static_cast<int>(pixels);
    const float *scale = call.affine->scale.data(), *shift = call.affine->shift.data();
    const float* const residual = call.x.size() > 1 ? call.x[1] : nullptr;
    if (call.x_halves)
      bfloat16_kernels().affine({call.x_halves, nullptr, count, shape_.channels}, scale, shift, residual,
                                floor_, call.y);
    else
      kernels().affine(call.x[0], count, shape_.channels, scale, shift, residual, floor_, call.y);
  }
  std::unique_ptr<BatchState> make_batch_state(std::size_t parts) const override;

  Shape shape() const { return shape_; }
  double epsilon() const { return epsilon_; }
  float floor() const { return floor_; }

 private:
  double epsilon_;
  float floor_;
};

class BatchNormState final : public BatchState {
 public:
  BatchNormState(const BatchNormOperator& norm, std::size_t parts)
      : shape_(norm.shape()),
        epsilon_(norm.epsilon()),
        floor_(norm.floor()),
        inputs_(parts),
        gradients_(parts),
        means_(channels()),
        inverses_(channels()),
        a_(channels()),
        b_(channels()),
        c_(channels()) {}

  void reset(std::size_t part) override {
    inputs_[part].reset(channels());
    gradients_[part].reset(channels());
  }
  void observe(std::size_t part, const float* x, int images, std::uint16_t* halves) override;
  void finish(int images, LayerParameters& parameters, ChannelAffine& affine) override;
  void observe_gradient(std::size_t part, const BackwardCall& call) override;
  void finish_gradient(int images, const LayerParameters& parameters, LayerParameters& gradients) override;
  void backward(const BackwardCall& call) const override;

 private:
  std::size_t channels() const { return static_cast<std::size_t>(shape_.channels); }
  int pixels(int images) const { return images * shape_.height * shape_.width; }
  double count(int images) const { return static_cast<double>(images) * shape_.height * shape_.width; }

  Shape shape_;
  double epsilon_;
  float floor_;
  std::vector<ChannelSums> inputs_, gradients_;  ///< [part]: x and x^2; dz and dz x
  std::vector<double> means_, inverses_;         ///< of the mini-batch
  std::vector<float> a_, b_, c_;                 ///< of dx = a dz + b x + c
};

std::unique_ptr<BatchState> BatchNormOperator::make_batch_state(std::size_t parts) const {
  return std::make_unique<BatchNormState>(*this, parts);
}

void BatchNormState::observe(std::size_t part, const float* x, int images, std::uint16_t* halves) {
  ChannelSums& sums = inputs_[part];
  sums.clear_image();
  float *a = sums.image_a.data(), *b = sums.image_b.data();
  if (halves)
    bfloat16_kernels().keep_sums(x, halves, pixels(images), shape_.channels, a, b);
  else
    kernels().channel_sums(x, pixels(images), shape_.channels, a, b);
  sums.add_image();
}

void BatchNormState::finish(int images, LayerParameters& p, ChannelAffine& affine) {
  const double n = count(images);
  affine.scale.resize(channels());
  affine.shift.resize(channels());
  for (std::size_t c = 0; c < channels(); ++c) {
    double sum = 0, square = 0;
    for (const auto& part : inputs_) {
      sum += part.a[c];
      square += part.b[c];
    }
    const double mean = sum / n, variance = std::max(0.0, square / n - mean * mean);
    means_[c] = mean;
    inverses_[c] = 1.0 / std::sqrt(variance + epsilon_);
    affine.scale[c] = static_cast<float>(p.gamma[c] * inverses_[c]);
    affine.shift[c] = static_cast<float>(p.beta[c] - mean * p.gamma[c] * inverses_[c]);
    const double unbiased = n > 1 ? variance * n / (n - 1) : variance;
    p.running_mean[c] = static_cast<float>((1 - running_share) * p.running_mean[c] + running_share * mean);
    p.running_variance[c] =
        static_cast<float>((1 - running_share) * p.running_variance[c] + running_share * unbiased);
  }
}

void BatchNormState::observe_gradient(std::size_t part, const BackwardCall& call) {
  ChannelSums& sums = gradients_[part];
  sums.clear_image();
  float *a = sums.image_a.data(), *b = sums.image_b.data();
  if (call.x_halves)
    bfloat16_kernels().affine_backward_sums(
        {call.x_halves, call.dy_halves, pixels(call.images), shape_.channels}, call.dy, call.y, floor_, a, b);
  else
    kernels().affine_backward_sums(call.dy, call.y, call.x[0], pixels(call.images), shape_.channels, floor_,
                                   a, b);
  sums.add_image();
  if (call.dx.size() < 2 || !call.dx[1]) return;
  const std::int64_t size = call.images * shape_.size();
  if (call.first[1])
    std::copy_n(call.dy, size, call.dx[1]);
  else
    kernels().add(call.dy, static_cast<std::size_t>(size), call.dx[1]);
}

/// Ioffe and Szegedy 2015: with r = dL/dz after the ReLU and xh the normalised input, dx = gamma inv (r -
/// mean(r) - xh mean(r xh)), written as a r + b x + c.
void BatchNormState::finish_gradient(int images, const LayerParameters& parameters,
                                     LayerParameters& gradients) {
  const double n = count(images);
  for (std::size_t c = 0; c < channels(); ++c) {
    double sum = 0, product = 0;
    for (const auto& part : gradients_) {
      sum += part.a[c];
      product += part.b[c];
    }
    const double inverse = inverses_[c], mean = means_[c];
    const double along = (product - mean * sum) * inverse;  // sum of r xh
    const double scale = parameters.gamma[c] * inverse;
    a_[c] = static_cast<float>(scale);
    b_[c] = static_cast<float>(-scale * inverse * along / n);
    c_[c] = static_cast<float>(-scale * sum / n + scale * inverse * along / n * mean);
    gradients.gamma[c] = static_cast<float>(along);
    gradients.beta[c] = static_cast<float>(sum);
  }
}

void BatchNormState::backward(const BackwardCall& call) const {
  affine_input_gradient(call, shape_, {a_.data(), b_.data(), c_.data()});
}

}  // namespace

void BatchNorm::attributes(LayerAttributes& visitor) {
  visitor.number("epsilon", epsilon, LayerAttributes::Presence::optional);
}

LayerFacts BatchNorm::infer(const LayerSite& site) {
  site.expect_one_input();
  if (!(epsilon > 0 && epsilon <= 1))
    site.refuse(fmt::format("epsilon out of range: expected above 0 and at most 1, got {}", epsilon));
  LayerFacts facts = elementwise_facts(site, 1);
  facts.tensors = {{"gamma", &LayerParameters::gamma, 1},
                   {"beta", &LayerParameters::beta},
                   {"running_mean", &LayerParameters::running_mean, 0, false},
                   {"running_variance", &LayerParameters::running_variance, 1, false, NumberRule::from_zero}};
  facts.running = {.needs_batch = true, .takes_sum = true, .takes_relu = true};
  return facts;
}

std::unique_ptr<Operator> BatchNorm::make_operator(const OperatorSite& site) const {
  return std::make_unique<BatchNormOperator>(site.output(), epsilon, site.relu);
}

ChannelAffine BatchNorm::affine(const LayerParameters& p) const {
  ChannelAffine affine{std::vector<float>(p.gamma.size()), std::vector<float>(p.gamma.size())};
  for (std::size_t c = 0; c < p.gamma.size(); ++c) {
    const double scale = p.gamma[c] / std::sqrt(p.running_variance[c] + epsilon);
    affine.scale[c] = static_cast<float>(scale);
    affine.shift[c] = static_cast<float>(p.beta[c] - scale * p.running_mean[c]);
  }
  return affine;
}

OnnxNode BatchNorm::onnx(const LayerParameters& parameters, Shape) const {
  return {.type = "BatchNormalization",
          .attributes = {{"epsilon", static_cast<float>(epsilon)}},
          .tensors = {onnx_channels("gamma", parameters.gamma), onnx_channels("beta", parameters.beta),
                      onnx_channels("running_mean", parameters.running_mean),
                      onnx_channels("running_variance", parameters.running_variance)}};
}

}  // namespace mho
