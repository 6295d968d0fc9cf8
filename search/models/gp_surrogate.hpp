// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "search/models/gaussian_process.hpp"
#include "search/models/surrogate.hpp"

namespace mho {

/// A Gaussian process on genome_features for each of accuracy after a day, the logarithm of its deviation,
/// and AVM. Outliers towards bad (a collapsed network) are pulled in to 3 quartile ranges, so that they do
/// not set the scale of all others; failed trials teach nothing. Of more than `most_observed` trials those
/// that `informative` keeps.
class GpSurrogate : public Surrogate {
 public:
  /// most_observed: search.surrogate_observations.
  explicit GpSurrogate(std::size_t most_observed) : most_observed_(most_observed) {}
  /// Throws RunError when no trial has a score.
  void fit(const Space& space, std::span<const Trial> trials, RandomKey key) override;
  std::vector<Prediction> predict(std::span<const Genome> genomes) const override;
  /// JSON: the space's hash, the features of the trials, and for each output the hyper-parameters and weights
  /// that mean(x) = mean + sum_i weights_i k(x, x_i) needs. Throws RunError.
  void save(const std::filesystem::path& file) const override;

 private:
  std::size_t most_observed_;
  std::optional<Space> space_;
  std::array<GaussianProcess, 3> processes_;  ///< accuracy, log deviation, AVM
};

/// `values` with those more than 3 quartile ranges below the lower quartile raised to there.
Eigen::VectorXd fenced_below(const Eigen::VectorXd& values);

}  // namespace mho
