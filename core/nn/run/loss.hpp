// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

namespace mho {

/// The scores of some images of a mini-batch, as the network's end gives them.
struct ScoredImages {
  const float* scores = nullptr;  ///< [image][class], or of values [image][output]
  const int* labels = nullptr;
  const float* values = nullptr;  ///< [image][output]: what a loss of values wants; else null
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
  /// A sample's loss counts as often as its class' weight says; no weights: once.
  explicit SoftmaxCrossEntropy(double label_smoothing, std::vector<double> class_weights = {})
      : smoothing_(label_smoothing), class_weights_(std::move(class_weights)) {}
  void add(const ScoredImages& images, LossSums& sums) const override;

 private:
  double smoothing_;
  std::vector<double> class_weights_;
};

/// Of autoencoders and regressions: the mean over the outputs of (output - value)^2.
class MeanSquaredError final : public Loss {
 public:
  void add(const ScoredImages& images, LossSums& sums) const override;
};

/// Weights of classes, proportional to (the class' samples)^-power, whose mean over the samples is 1: with
/// power 1 every class counts the same in all. A class without samples has weight 0.
std::vector<double> class_weights(const std::vector<int>& labels, int classes, double power);

}  // namespace mho
