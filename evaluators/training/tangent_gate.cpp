// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/tangent_gate.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "core/nn/products/image_vectors.hpp"

namespace mho {
namespace {

constexpr int power_iterations = 100;

/// One random combination of each image's scores, in place of a loss.
class RandomCombination final : public Loss {
 public:
  RandomCombination(RandomKey key, int classes, int images)
      : signs_(static_cast<size_t>(classes) * static_cast<size_t>(images)) {
    fill_normal(key, signs_);
  }
  /// `labels` are the images' numbers.
  void add(const ScoredImages& images, LossSums&) const override {
    for (int i = 0; i < images.images; ++i)
      std::copy_n(signs_.data() + std::ptrdiff_t{images.labels[i]} * images.classes, images.classes,
                  images.gradient + std::ptrdiff_t{i} * images.classes);
  }

 private:
  std::vector<float> signs_;
};

/// A layer's weight gradient of one image.
std::vector<double> gradient_of(ImageVectors& vectors, int image, int rows, int columns) {
  std::vector<double> gradient(static_cast<size_t>(rows) * static_cast<size_t>(columns));
  vectors.for_each(image, 1, [&](const VectorBlock& block) {
    const float *x = block.x, *dy = block.d;
    for (int v = 0; v < block.count; ++v, x += rows, dy += columns) {
      double* to = gradient.data();
      for (int r = 0; r < rows; ++r, to += columns)
        for (int c = 0; c < columns && x[r] != 0; ++c) to[c] += double{x[r]} * dy[c];
    }
  });
  return gradient;
}

double kernel_eigenvalue(ImageVectors& vectors, int images, const MatrixLayer& layer) {
  std::vector<std::vector<double>> gradients;
  for (int i = 0; i < images; ++i)
    gradients.push_back(gradient_of(vectors, i, layer.geometry().rows(), layer.columns()));
  const auto n = static_cast<size_t>(images);
  std::vector<double> kernel(n * n);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j <= i; ++j) {
      double product = 0;
      for (size_t k = 0; k < gradients[i].size(); ++k) product += gradients[i][k] * gradients[j][k];
      kernel[i * n + j] = kernel[j * n + i] = product;
    }
  return largest_eigenvalue(kernel, n);
}

}  // namespace

double largest_eigenvalue(const std::vector<double>& matrix, std::size_t n) {
  std::vector<double> vector(n, 1.0), next(n);
  double value = 0;
  for (int iteration = 0; iteration < power_iterations; ++iteration) {
    double square = 0;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] = 0;
      for (std::size_t j = 0; j < n; ++j) next[i] += matrix[i * n + j] * vector[j];
      square += next[i] * next[i];
    }
    value = std::sqrt(square);
    if (value == 0) return 0;
    for (std::size_t i = 0; i < n; ++i) vector[i] = next[i] / value;
  }
  return value;
}

TangentGate::TangentGate(const CompiledCandidate& candidate, Parameters initial, const Samples& samples,
                         const TrainingConfig& config, RandomKey key)
    : network_(candidate.plain()),
      samples_(take_samples(samples, config.update_gate_samples)),
      level_(config.update_gate_level),
      shards_(config.shards),
      key_(key) {
  samples_.images.resize(samples_.images.size() + kernel_slack());
  initial_ = eigenvalues(std::move(initial));
}

std::vector<double> TangentGate::eigenvalues(Parameters parameters) const {
  const int images = static_cast<int>(samples_.count());
  const auto nodes = parameters.size();
  auto operands = network_.digital_operands(parameters, true);
  std::vector<std::unique_ptr<ImageVectors>> vectors(nodes);
  for (size_t i = 0; i < nodes; ++i) {
    const auto* layer = network_.matrix(static_cast<int>(i));
    if (!layer || layer->geometry().groups > 1) continue;
    vectors[i] = std::make_unique<ImageVectors>(*layer, images);
    operands[i].sink = vectors[i].get();
  }
  std::vector<int> numbers(static_cast<size_t>(images));
  for (int i = 0; i < images; ++i) numbers[static_cast<size_t>(i)] = i;
  const RandomCombination combination(key_, network_.architecture().classes(), images);
  TrainingNetwork buffers(network_, combination, images, shards_);
  auto gradients = zero_gradients(parameters);
  buffers.step(parameters, operands, {samples_.images.data(), numbers.data(), images, key_}, gradients);
  std::vector<double> values(nodes);
  parallel_for(nodes, [&](size_t i) {
    if (vectors[i]) values[i] = kernel_eigenvalue(*vectors[i], images, *network_.matrix(static_cast<int>(i)));
  });
  return values;
}

std::vector<char> TangentGate::open(const Parameters& parameters) const {
  auto ratios = eigenvalues(parameters);
  double most = 0;
  for (size_t i = 0; i < ratios.size(); ++i) {
    if (initial_[i] > 0) ratios[i] /= initial_[i];
    most = std::max(most, ratios[i]);
  }
  std::vector<char> open(ratios.size(), 1);
  for (size_t i = 0; i < open.size(); ++i)
    if (initial_[i] > 0 && ratios[i] < level_ * most) open[i] = 0;
  return open;
}

}  // namespace mho
