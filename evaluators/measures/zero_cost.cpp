// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/zero_cost.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/nn/run/inference_network.hpp"
#include "core/nn/run/training_network.hpp"
#include "evaluators/batch_norm_calibration.hpp"
#include "evaluators/training/calibration.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

constexpr int image_count = 64;
constexpr int noise_draws = 4;

/// An untrained network on a few images, batch norms set to what these images give.
struct Untrained {
  const CompiledCandidate& candidate;
  const Network& network;
  Samples samples;
  FloatBuffer images;
  Parameters parameters;
  Operands operands;

  Untrained(const CompiledCandidate& compiled, const Samples& from, RandomKey key)
      : candidate(compiled),
        network(compiled.plain()),
        samples(take_samples(from, image_count)),
        images(samples.images.begin(), samples.images.end()),
        parameters(initial_parameters(compiled.architecture(), key.with("initial weights"))) {
    images.resize(images.size() + kernel_slack());
    network.digital_operands(parameters, true, operands);
    recalibrate_batch_norms(network, operands, images.data(), count(), key, parameters);
  }
  int count() const { return static_cast<int>(samples.count()); }
};

/// One bit a ReLU unit.
class Code {
 public:
  void append(bool on) {
    if (size_ % 64 == 0) words_.push_back(0);
    words_.back() |= std::uint64_t{on} << (size_++ % 64);
  }
  double agreements(const Code& other) const {
    int different = 0;
    for (size_t w = 0; w < words_.size(); ++w) different += std::popcount(words_[w] ^ other.words_[w]);
    return static_cast<double>(size_) - different;
  }

 private:
  std::vector<std::uint64_t> words_;
  size_t size_ = 0;
};

/// [operation]: whether a ReLU takes what it gives, or is its end.
std::vector<bool> meet_relus(const Network& network) {
  const auto& ops = network.plan().operations;
  std::vector<bool> meets(ops.size(), false);
  for (size_t k = 0; k < ops.size(); ++k) {
    const auto& layer = network.node_of(ops[k]).layer;
    const bool before = ops[k].relu && std::holds_alternative<Pool>(layer);  // NetworkPlan puts pooling first
    if (ops[k].relu || std::holds_alternative<Relu>(layer))
      meets[before ? static_cast<size_t>(ops[k].inputs[0]) : k] = true;
  }
  return meets;
}

std::vector<Code> relu_codes(const Untrained& net) {
  const auto& ops = net.network.plan().operations;
  const auto meets = meet_relus(net.network);
  std::vector<Code> codes(static_cast<size_t>(net.count()));
  std::vector<size_t> done(ops.size(), 0);
  InferenceNetwork inference(net.network, net.parameters);
  inference.visit(net.operands, net.images.data(), net.count(), RandomKey(0),
                  [&](int index, const float* values, int images) {
                    if (!meets[static_cast<size_t>(index)]) return;
                    const std::int64_t units = ops[static_cast<size_t>(index)].shape.size();
                    auto& first = done[static_cast<size_t>(index)];
                    for (std::int64_t i = 0; i < images * units; ++i)
                      codes[first + static_cast<size_t>(i / units)].append(values[i] > 0);
                    first += static_cast<size_t>(images);
                  });
  return codes;
}

double activation_overlap(const Untrained& net) {
  const auto codes = relu_codes(net);
  const auto n = std::ssize(codes);
  Eigen::MatrixXd kernel = Eigen::MatrixXd::Identity(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j)
      kernel(i, j) += codes[static_cast<size_t>(i)].agreements(codes[static_cast<size_t>(j)]);
  const Eigen::LLT<Eigen::MatrixXd> factors(kernel);
  double half = 0;
  for (Eigen::Index i = 0; i < n; ++i) half += std::log(factors.matrixLLT()(i, i));
  return 2 * half;
}

double gradient_norm(const Untrained& net, const TrainingConfig& training, Target target, RandomKey key) {
  auto parameters = net.parameters;  // a step moves the running statistics
  auto gradients = zero_gradients(parameters);
  const auto loss = make_loss(target, training, net.samples, net.network.architecture().classes());
  TrainingNetwork buffers(net.network, *loss, net.count(), training.shards);
  const auto* images = net.images.data();
  buffers.step(parameters, net.operands,
               {images, net.samples.labels.data(), net.count(), key,
                wanted_values(target, images, net.samples.values.data())},
               gradients);
  double squares = 0;
  for (const auto& layer : gradients)
    for (const float g : layer.weight) squares += static_cast<double>(g) * g;
  return std::sqrt(squares);
}

std::vector<float> logits(const Network& network, const Parameters& parameters, const Operands& operands,
                          const Untrained& net, RandomKey key) {
  const auto classes = network.architecture().classes();
  std::vector<float> out(static_cast<size_t>(net.count() * classes));
  InferenceNetwork(network, parameters).logits(operands, net.images.data(), net.count(), key, out.data());
  return out;
}

/// Sum over images and classes of (logit - that class's mean)^2.
double spread(const std::vector<float>& logits, size_t images) {
  const size_t classes = logits.size() / images;
  double squares = 0;
  for (size_t c = 0; c < classes; ++c) {
    double mean = 0;
    for (size_t i = 0; i < images; ++i) mean += logits[i * classes + c] / static_cast<double>(images);
    for (size_t i = 0; i < images; ++i) squares += std::pow(logits[i * classes + c] - mean, 2);
  }
  return squares;
}

double noise_sensitivity(const Untrained& net, const TrainingConfig& training, RandomKey key) {
  const Network& noisy = net.candidate.network();
  auto parameters = net.parameters;
  calibrate_input_ranges(net.candidate, parameters, net.samples, image_count);
  const auto plain = logits(net.network, net.parameters, net.operands, net, key);
  Operands operands;
  double change = 0;
  for (int draw = 0; draw < noise_draws; ++draw) {
    const auto draw_key = key.with("noise draw", static_cast<std::uint64_t>(draw));
    noisy_operands({noisy, parameters, net.candidate.hardware(), training.weight_noise}, draw_key, operands);
    const auto changed = logits(noisy, parameters, operands, net, draw_key);
    for (size_t i = 0; i < plain.size(); ++i) change += std::pow(changed[i] - plain[i], 2) / noise_draws;
  }
  const double smallest = 1e-30;  // logits that do not depend on the image
  return std::sqrt(change / std::max(spread(plain, static_cast<size_t>(net.count())), smallest));
}

}  // namespace

double zero_cost_merit(const ZeroCost& measures, ZeroCostMeasure measure) {
  switch (measure) {
    case ZeroCostMeasure::naswot:
      return measures.naswot;
    case ZeroCostMeasure::gradient_norm:
      return measures.gradient_norm;
    case ZeroCostMeasure::noise_sensitivity:
      return -measures.noise_sensitivity;
    default:
      return 0;
  }
}

ZeroCost zero_cost(const CompiledCandidate& candidate, const Samples& samples, const TrainingConfig& training,
                   Target target, RandomKey key) {
  const Untrained net(candidate, samples, key);
  return {.naswot = activation_overlap(net),
          .gradient_norm = gradient_norm(net, training, target, key.with("gradient")),
          .noise_sensitivity = noise_sensitivity(net, training, key)};
}

}  // namespace mho
