// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/base/random.hpp"

namespace mho {

/// Hyper-parameters of the Matern-5/2 kernel s^2 (k(r) + noise [same point]), r^2 = sum over columns of
/// (difference / length)^2. s^2 is not free: at the likelihood's maximum it is y' C^-1 y / n.
struct KernelParameters {
  Eigen::VectorXd log_lengths;  ///< one a group of columns
  double log_noise = 0;         ///< variance of the noise over that of the signal
};

/// Columns of the inputs that share a length scale: groups[d] is the group of column d, counted from 0.
using ColumnGroups = std::vector<int>;

/// Log marginal likelihood (Rasmussen & Williams 2006, eq. 5.8, s^2 at its maximum) of centred `values`, and
/// its gradient by (log_lengths..., log_noise), eq. 5.9, when `gradient` is not null.
double log_marginal_likelihood(const Eigen::MatrixXd& inputs, const Eigen::VectorXd& values,
                               const ColumnGroups& groups, const KernelParameters& parameters,
                               Eigen::VectorXd* gradient = nullptr);

/// Gaussian-process regression, exact, by Cholesky decomposition: n^3 / 3 for n points, so for up to a few
/// thousand. A function of its arguments.
class GaussianProcess {
 public:
  struct Posterior {
    Eigen::VectorXd mean;
    Eigen::VectorXd deviation;  ///< of the noise-free function
  };

  /// Chooses the hyper-parameters that maximise the marginal likelihood times wide log-normal priors (few
  /// points leave most lengths undecided), from two starts; on `largest_sample` points at most, drawn by the
  /// key, because every step costs n^3. `inputs` holds a point a row, each column about 0 to 1; n >= 1.
  void fit(Eigen::MatrixXd inputs, const Eigen::VectorXd& values, ColumnGroups groups, RandomKey key);
  /// Conditions on other data with the hyper-parameters as they are.
  void condition(Eigen::MatrixXd inputs, const Eigen::VectorXd& values);
  Posterior predict(const Eigen::MatrixXd& inputs) const;
  /// The posterior's mean alone, which takes n operations a point and not n^2.
  Eigen::VectorXd expect(const Eigen::MatrixXd& inputs) const;

  const KernelParameters& parameters() const { return parameters_; }
  const Eigen::MatrixXd& inputs() const { return inputs_; }
  double mean() const { return mean_; }
  double signal_variance() const { return signal_variance_; }  ///< s^2, in squared units of the values
  const Eigen::VectorXd& weights() const { return weights_; }  ///< the mean is mean() + k(x, inputs) weights

 private:
  static constexpr int largest_sample = 160;
  ColumnGroups groups_;
  KernelParameters parameters_;
  Eigen::MatrixXd inputs_;
  Eigen::MatrixXd factor_;  ///< lower Cholesky factor of C
  Eigen::VectorXd weights_;
  double mean_ = 0;
  double signal_variance_ = 1;
};

/// k(r) of every row of `a` with every row of `b`.
Eigen::MatrixXd matern52(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, const ColumnGroups& groups,
                         const Eigen::VectorXd& log_lengths);

}  // namespace mho
