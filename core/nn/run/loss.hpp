// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace mho {

/// The scores of some images of a mini-batch, as the network's end gives them.
struct ScoredImages {
  const float* scores = nullptr;  ///< [image][class]
  const int* labels = nullptr;
  int images = 0;
  int classes = 0;
  int batch = 0;              ///< images of the whole mini-batch, over which the loss is a mean
  float* gradient = nullptr;  ///< [image][class]: gets d(mean loss)/d(score)
};

/// Sums over images. Memory is allocated once.
struct LossSums {
  double loss = 0;  ///< not yet divided by the mini-batch
  int correct = 0;  ///< images whose largest score is their label
  std::vector<double> scratch{};
};

/// What training lowers: a task's choice, no part of the network. Immutable, shared by threads.
class Loss {
 public:
  virtual ~Loss() = default;
  virtual void add(const ScoredImages& images, LossSums& sums) const = 0;
};

/// Of classifiers. With label smoothing s the wanted probabilities are 1 - s + s / classes for the label and
/// s / classes elsewhere (Szegedy et al. 2016).
class SoftmaxCrossEntropy final : public Loss {
 public:
  explicit SoftmaxCrossEntropy(double label_smoothing) : smoothing_(label_smoothing) {}
  void add(const ScoredImages& images, LossSums& sums) const override;

 private:
  double smoothing_;
};

}  // namespace mho
