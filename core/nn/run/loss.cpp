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
    double total = 0;
    for (int c = 0; c < classes; ++c)
      total += p[static_cast<size_t>(c)] = std::exp(double(scores[c]) - *largest);
    for (int c = 0; c < classes; ++c) {
      const double wanted = (c == batch.labels[i] ? 1 - smoothing_ : 0) + smoothing_ / classes;
      const double log_p = double(scores[c]) - *largest - std::log(total);
      sums.loss -= wanted * log_p;
      gradient[c] = static_cast<float>((p[static_cast<size_t>(c)] / total - wanted) / batch.batch);
    }
  }
}

}  // namespace mho
