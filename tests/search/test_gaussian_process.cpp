// SPDX-License-Identifier: Apache-2.0
#include "search/models/gaussian_process.hpp"

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "tests/catch.hpp"

using namespace mho;

namespace {

Eigen::MatrixXd uniform(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  Random random{RandomKey(seed)};
  Eigen::MatrixXd points(rows, columns);
  for (auto& value : points.reshaped()) value = random.uniform();
  return points;
}

Eigen::VectorXd smooth(const Eigen::MatrixXd& points) {
  return (3 * points.col(0).array()).sin() + points.col(1).array().square();
}

/// Matern-5/2 as in the books, a pair at a time.
double kernel(const Eigen::RowVectorXd& a, const Eigen::RowVectorXd& b, const ColumnGroups& groups,
              const Eigen::VectorXd& log_lengths) {
  double squares = 0;
  for (Eigen::Index d = 0; d < a.size(); ++d)
    squares += std::pow((a[d] - b[d]) / std::exp(log_lengths[groups[static_cast<size_t>(d)]]), 2);
  const double r = std::sqrt(squares);
  return (1 + std::sqrt(5) * r + 5.0 / 3 * r * r) * std::exp(-std::sqrt(5) * r);
}

Eigen::MatrixXd dense(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, const ColumnGroups& groups,
                      const KernelParameters& parameters) {
  Eigen::MatrixXd k(a.rows(), b.rows());
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < b.rows(); ++j)
      k(i, j) = kernel(a.row(i), b.row(j), groups, parameters.log_lengths);
  return k;
}

const ColumnGroups three_groups{0, 1, 1, 2};

}  // namespace

TEST_CASE("the marginal likelihood's gradient is that of finite differences") {
  const auto points = uniform(12, 4, 1);
  const Eigen::VectorXd values = smooth(points).array() - smooth(points).mean();
  const KernelParameters at{Eigen::Vector3d(-0.5, 0.3, 0.1), -2.0};
  Eigen::VectorXd gradient;
  log_marginal_likelihood(points, values, three_groups, at, &gradient);
  REQUIRE(gradient.size() == 4);
  for (Eigen::Index i = 0; i < 4; ++i) {
    const auto moved = [&](double step) {
      auto there = at;
      (i < 3 ? there.log_lengths[i] : there.log_noise) += step;
      return log_marginal_likelihood(points, values, three_groups, there);
    };
    CHECK(gradient[i] == Approx((moved(1e-5) - moved(-1e-5)) / 2e-5).epsilon(1e-5));
  }
}

TEST_CASE("the marginal likelihood is the logarithm of the normal density") {
  const auto points = uniform(6, 4, 2);
  const auto values = smooth(points);
  const KernelParameters at{Eigen::Vector3d(-0.5, 0.3, 0.1), -2.0};
  Eigen::MatrixXd covariance = dense(points, points, three_groups, at);
  covariance.diagonal().array() += std::exp(-2.0);
  const double signal = values.dot(covariance.inverse() * values) / 6;
  covariance *= signal;
  const double density = -0.5 * values.dot(covariance.inverse() * values) -
                         0.5 * std::log(covariance.determinant()) - 3 * std::log(2 * std::numbers::pi);
  CHECK(log_marginal_likelihood(points, values, three_groups, at) == Approx(density).epsilon(1e-9));
}

TEST_CASE("predictions are those of the textbook's dense formulas") {
  const auto points = uniform(20, 4, 3), elsewhere = uniform(7, 4, 4);
  const auto values = smooth(points);
  GaussianProcess process;
  process.fit(points, values, three_groups, RandomKey(5));
  const auto& parameters = process.parameters();
  Eigen::MatrixXd covariance = dense(points, points, three_groups, parameters);
  covariance.diagonal().array() += std::exp(parameters.log_noise);
  const Eigen::MatrixXd inverse = covariance.inverse();
  const Eigen::MatrixXd cross = dense(elsewhere, points, three_groups, parameters);
  const Eigen::VectorXd centred = values.array() - values.mean();
  const auto posterior = process.predict(elsewhere);
  for (Eigen::Index i = 0; i < 7; ++i) {
    CHECK(posterior.mean[i] ==
          Approx(values.mean() + (cross.row(i) * inverse * centred).value()).epsilon(1e-6));
    const double variance = centred.dot(inverse * centred) / 20 *
                            (1 - (cross.row(i) * inverse * cross.row(i).transpose()).value());
    CHECK(posterior.deviation[i] == Approx(std::sqrt(variance)).epsilon(1e-4));
  }
}

TEST_CASE("a Gaussian process passes through noise-free values and is unsure far from them") {
  const auto points = uniform(40, 4, 6);
  const auto values = smooth(points);
  GaussianProcess process;
  process.fit(points, values, three_groups, RandomKey(5));
  const double spread = std::sqrt((values.array() - values.mean()).square().mean());
  CHECK((process.predict(points).mean - values).cwiseAbs().maxCoeff() < 0.02 * spread);
  const auto far = process.predict(Eigen::MatrixXd::Constant(1, 4, 1e4));
  CHECK(far.mean[0] == Approx(values.mean()));
  CHECK(far.deviation[0] == Approx(std::sqrt(process.signal_variance())));
  const auto between = uniform(200, 4, 7);
  const auto truth = smooth(between);
  CHECK((process.predict(between).mean - truth).squaredNorm() <
        0.02 * (truth.array() - truth.mean()).square().sum());
}

TEST_CASE(
    "fitting is a function of its arguments, and finds hyper-parameters that explain the values better") {
  const auto points = uniform(30, 4, 8);
  const auto values = smooth(points);
  GaussianProcess one, two;
  one.fit(points, values, three_groups, RandomKey(5));
  two.fit(points, values, three_groups, RandomKey(5));
  CHECK(one.weights() == two.weights());
  const Eigen::VectorXd centred = values.array() - values.mean();
  const KernelParameters start{Eigen::VectorXd::Constant(3, std::log(0.7)), std::log(0.02)};
  CHECK(log_marginal_likelihood(points, centred, three_groups, one.parameters()) >
        log_marginal_likelihood(points, centred, three_groups, start) + 5);
  // The last column says nothing: its length comes out longest.
  CHECK(one.parameters().log_lengths[2] > one.parameters().log_lengths[0]);
}

TEST_CASE("constant values are predicted as they are") {
  GaussianProcess process;
  process.fit(uniform(5, 4, 9), Eigen::VectorXd::Constant(5, 0.8), three_groups, RandomKey(1));
  const auto posterior = process.predict(uniform(3, 4, 10));
  CHECK((posterior.mean.array() == 0.8).all());
  CHECK((posterior.deviation.array() == 0).all());
}
