// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/loss.hpp"

#include <algorithm>
#include <cmath>

namespace mho {

void SoftmaxCrossEntropy::add(const ScoredImages& batch, LossSums& sums) const {
  const int classes = batch.classes;
  auto& p = sums.scratch;
  p.resize(static_cast<size_t>(classes));
  for (int i = 0; i < batch.images; ++i) {
    const float* scores = batch.scores + i * classes;
    float* gradient = batch.gradient + i * classes;
    const auto largest = std::max_element(scores, scores + classes);
    sums.correct += largest - scores == batch.labels[i];
    const double weight = class_weights_.empty() ? 1 : class_weights_[static_cast<size_t>(batch.labels[i])];
    double total = 0;
    for (int c = 0; c < classes; ++c)
      total += p[static_cast<size_t>(c)] = std::exp(double(scores[c]) - *largest);
    for (int c = 0; c < classes; ++c) {
      const double wanted = (c == batch.labels[i] ? 1 - smoothing_ : 0) + smoothing_ / classes;
      const double log_p = double(scores[c]) - *largest - std::log(total);
      sums.loss -= weight * wanted * log_p;
      gradient[c] = static_cast<float>(weight * (p[static_cast<size_t>(c)] / total - wanted) / batch.batch);
    }
  }
}

void MeanSquaredError::add(const ScoredImages& batch, LossSums& sums) const {
  const int outputs = batch.classes;
  for (int i = 0; i < batch.images * outputs; ++i) {
    const double off = double(batch.scores[i]) - batch.values[i];
    sums.loss += off * off / outputs;
    batch.gradient[i] = static_cast<float>(2 * off / outputs / batch.batch);
  }
}

std::vector<double> class_weights(const std::vector<int>& labels, int classes, double power) {
  std::vector<double> counts(static_cast<size_t>(classes)), weights(counts.size());
  for (const int label : labels) ++counts[static_cast<size_t>(label)];
  double sum = 0;
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) weights[c] = std::pow(counts[c], -power);
    sum += counts[c] * weights[c];
  }
  for (double& weight : weights) weight *= static_cast<double>(labels.size()) / sum;
  return weights;
}

}  // namespace mho
