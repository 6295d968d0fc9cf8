// SPDX-License-Identifier: Apache-2.0
#include "search/models/gaussian_process.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace mho {
namespace {

constexpr double likely_length = 0.7, length_spread = 1.0;  // priors of the logarithms
constexpr double likely_noise = 0.02, noise_spread = 1.5;
constexpr double shortest = 0.02, longest = 50, least_noise = 1e-6, most_noise = 2;

Eigen::MatrixXd scaled(const Eigen::MatrixXd& inputs, const ColumnGroups& groups,
                       const Eigen::VectorXd& log_lengths) {
  Eigen::MatrixXd result = inputs;
  for (Eigen::Index d = 0; d < result.cols(); ++d)
    result.col(d) *= std::exp(-log_lengths[groups[static_cast<size_t>(d)]]);
  return result;
}

/// Squared distances of every row of `a` to every row of `b`.
Eigen::MatrixXd squared_distances(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  Eigen::MatrixXd distances = -2 * a * b.transpose();
  distances.colwise() += a.rowwise().squaredNorm();
  distances.rowwise() += b.rowwise().squaredNorm().transpose();
  return distances.cwiseMax(0.0);
}

/// Squared distances in the columns of one group, by length 1.
Eigen::MatrixXd group_distances(const Eigen::MatrixXd& inputs, const ColumnGroups& groups, int group) {
  Eigen::MatrixXd part = inputs;
  for (Eigen::Index d = 0; d < part.cols(); ++d)
    if (groups[static_cast<size_t>(d)] != group) part.col(d).setZero();
  return squared_distances(part, part);
}

/// The log marginal likelihood of one set of data, at one point of the hyper-parameters after the other.
class Likelihood {
 public:
  Likelihood(const Eigen::MatrixXd& inputs, const Eigen::VectorXd& values, const ColumnGroups& groups)
      : inputs_(inputs), values_(values), groups_(groups) {
    const int count = 1 + *std::max_element(groups.begin(), groups.end());
    for (int group = 0; group < count; ++group)
      by_group_.emplace_back(group_distances(inputs, groups, group).array());
  }

  double at(const KernelParameters& parameters, Eigen::VectorXd* gradient) const {
    const auto points = scaled(inputs_, groups_, parameters.log_lengths);
    const Eigen::MatrixXd distances = squared_distances(points, points);
    const Eigen::ArrayXXd root = (5 * distances.array()).sqrt();
    Eigen::MatrixXd covariance = ((1 + root + root.square() / 3) * (-root).exp()).matrix();
    covariance.diagonal().array() += std::exp(parameters.log_noise);
    const Eigen::LLT<Eigen::MatrixXd> cholesky(covariance);
    const Eigen::VectorXd alpha = cholesky.solve(values_);
    const double count = static_cast<double>(values_.size());
    // Constant values have no spread: any signal explains them, and the logarithm must stay finite.
    const double signal = std::max(values_.dot(alpha) / count, 1e-300);
    const double half_determinant = cholesky.matrixLLT().diagonal().array().log().sum();
    if (gradient) {
      Eigen::MatrixXd pull = -cholesky.solve(Eigen::MatrixXd::Identity(values_.size(), values_.size()));
      pull += alpha * alpha.transpose() / signal;
      *gradient = gradient_of(parameters, root, pull);
    }
    return -0.5 * count * (std::log(2 * std::numbers::pi * signal) + 1) - half_determinant;
  }

 private:
  /// By each log hyper-parameter: 1/2 tr((alpha alpha' / s^2 - C^-1) dC).
  Eigen::VectorXd gradient_of(const KernelParameters& parameters, const Eigen::ArrayXXd& root,
                              const Eigen::MatrixXd& pull) const {
    const auto count = parameters.log_lengths.size();
    const Eigen::ArrayXXd slope = 5.0 / 3 * (1 + root) * (-root).exp();  // -dk / d(r^2 / 2)
    Eigen::VectorXd gradient(count + 1);
    for (Eigen::Index g = 0; g < count; ++g) {
      const double per_square = std::exp(-2 * parameters.log_lengths[g]);
      const Eigen::ArrayXXd by_length = slope * by_group_[static_cast<size_t>(g)] * per_square;
      gradient[g] = 0.5 * (pull.array() * by_length).sum();
    }
    gradient[count] = 0.5 * std::exp(parameters.log_noise) * pull.trace();
    return gradient;
  }

  const Eigen::MatrixXd& inputs_;
  const Eigen::VectorXd& values_;
  const ColumnGroups& groups_;
  std::vector<Eigen::ArrayXXd> by_group_;  ///< squared distances at length 1
};

/// Log posterior: likelihood and the log-normal priors.
double log_posterior(const Likelihood& likelihood, const Eigen::VectorXd& point, Eigen::VectorXd& gradient) {
  const auto lengths = point.size() - 1;
  double value = likelihood.at({point.head(lengths), point[lengths]}, &gradient);
  for (Eigen::Index i = 0; i <= lengths; ++i) {
    const bool noise = i == lengths;
    const double spread = noise ? noise_spread : length_spread;
    const double away = (point[i] - std::log(noise ? likely_noise : likely_length)) / spread;
    value -= 0.5 * away * away;
    gradient[i] -= away / spread;
  }
  return value;
}

Eigen::VectorXd bounded(Eigen::VectorXd point) {
  const auto last = point.size() - 1;
  point.head(last) = point.head(last).cwiseMax(std::log(shortest)).cwiseMin(std::log(longest));
  point[last] = std::clamp(point[last], std::log(least_noise), std::log(most_noise));
  return point;
}

struct Peak {
  double value = -std::numeric_limits<double>::infinity();
  Eigen::VectorXd point;
};

/// Rprop (Riedmiller & Braun 1993): step lengths grow while a derivative keeps its sign and halve when it
/// turns; needs no line search, and the likelihood's scale does not matter.
Peak climb(const Likelihood& likelihood, Eigen::VectorXd point) {
  constexpr int steps = 30;
  Peak best;
  Eigen::VectorXd gradient, before = Eigen::VectorXd::Zero(point.size());
  Eigen::VectorXd step = Eigen::VectorXd::Constant(point.size(), 0.3);
  for (int i = 0; i < steps && step.maxCoeff() > 1e-3; ++i) {
    const double value = log_posterior(likelihood, point, gradient);
    if (value > best.value) best = {value, point};
    for (Eigen::Index d = 0; d < point.size(); ++d) {
      const double turn = gradient[d] * before[d];
      step[d] = std::clamp(step[d] * (turn > 0 ? 1.2 : turn < 0 ? 0.5 : 1.0), 1e-4, 1.0);
      point[d] += gradient[d] > 0 ? step[d] : gradient[d] < 0 ? -step[d] : 0.0;
    }
    before = gradient;
    point = bounded(point);
  }
  return best;
}

/// Which rows the hyper-parameters are chosen on, in ascending order.
std::vector<Eigen::Index> sample_rows(Eigen::Index count, int at_most, RandomKey key) {
  std::vector<Eigen::Index> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  if (count <= at_most) return rows;
  Random(key.with("rows")).shuffle(std::span(rows));
  rows.resize(static_cast<size_t>(at_most));
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

Eigen::MatrixXd matern52(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, const ColumnGroups& groups,
                         const Eigen::VectorXd& log_lengths) {
  const Eigen::MatrixXd distances =
      squared_distances(scaled(a, groups, log_lengths), scaled(b, groups, log_lengths));
  const Eigen::ArrayXXd root = (5 * distances.array()).sqrt();
  return ((1 + root + root.square() / 3) * (-root).exp()).matrix();
}

double log_marginal_likelihood(const Eigen::MatrixXd& inputs, const Eigen::VectorXd& values,
                               const ColumnGroups& groups, const KernelParameters& parameters,
                               Eigen::VectorXd* gradient) {
  return Likelihood(inputs, values, groups).at(parameters, gradient);
}

void GaussianProcess::fit(Eigen::MatrixXd inputs, const Eigen::VectorXd& values, ColumnGroups groups,
                          RandomKey key) {
  groups_ = std::move(groups);
  const int lengths = 1 + *std::max_element(groups_.begin(), groups_.end());
  const auto rows = sample_rows(inputs.rows(), largest_sample, key);
  const Eigen::MatrixXd sample = inputs(rows, Eigen::all);
  Eigen::VectorXd targets = values(rows);
  targets.array() -= targets.mean();
  Eigen::VectorXd start = Eigen::VectorXd::Constant(lengths + 1, std::log(likely_length));
  start[lengths] = std::log(likely_noise);
  Peak best{.point = start};
  if (targets.cwiseAbs().maxCoeff() > 0) {
    Eigen::VectorXd elsewhere = start;
    Random random(key.with("start"));
    for (auto& coordinate : elsewhere) coordinate += random.normal();
    const Likelihood likelihood(sample, targets, groups_);
    for (const auto& from : {start, bounded(elsewhere)})
      if (auto peak = climb(likelihood, from); peak.value > best.value) best = peak;
  }
  parameters_ = {best.point.head(lengths), best.point[lengths]};
  condition(std::move(inputs), values);
}

void GaussianProcess::condition(Eigen::MatrixXd inputs, const Eigen::VectorXd& values) {
  inputs_ = std::move(inputs);
  mean_ = values.mean();
  Eigen::MatrixXd covariance = matern52(inputs_, inputs_, groups_, parameters_.log_lengths);
  covariance.diagonal().array() += std::exp(parameters_.log_noise);
  const Eigen::LLT<Eigen::MatrixXd> cholesky(covariance);
  factor_ = cholesky.matrixL();
  const Eigen::VectorXd centred = values.array() - mean_;
  weights_ = cholesky.solve(centred);
  signal_variance_ = centred.dot(weights_) / static_cast<double>(values.size());
}

Eigen::VectorXd GaussianProcess::expect(const Eigen::MatrixXd& inputs) const {
  const Eigen::MatrixXd cross = matern52(inputs_, inputs, groups_, parameters_.log_lengths);
  return (cross.transpose() * weights_).array() + mean_;
}

GaussianProcess::Posterior GaussianProcess::predict(const Eigen::MatrixXd& inputs) const {
  const Eigen::MatrixXd cross = matern52(inputs_, inputs, groups_, parameters_.log_lengths);
  const Eigen::MatrixXd explained = factor_.triangularView<Eigen::Lower>().solve(cross);
  Posterior posterior;
  posterior.mean = (cross.transpose() * weights_).array() + mean_;
  posterior.deviation = (signal_variance_ * (1 - explained.colwise().squaredNorm().array()).max(0.0)).sqrt();
  return posterior;
}

}  // namespace mho
