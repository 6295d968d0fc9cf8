// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <array>
#include <span>
#include <vector>

namespace mho {

/// A normal belief about one value.
struct Belief {
  double mean = 0;
  double deviation = 0;
};

/// Probability that a standard normal is below z.
double normal_cdf(double z);

/// E[max(y - best, 0)] (Mockus 1975; Jones et al. 1998, eq. 15); without deviation, the improvement itself.
double expected_improvement(const Belief& belief, double best);

/// Expected gain of hypervolume of a point with independent beliefs about its two objectives over `front`
/// (larger is better, above `reference`), exact: the region that the front leaves is cut into strips, on each
/// of which the expectation is a product (Emmerich, Yang et al. 2016, 2019). The front may hold dominated
/// points.
double expected_hypervolume_improvement(const std::array<Belief, 2>& beliefs,
                                        std::span<const std::vector<double>> front,
                                        const std::array<double, 2>& reference);

/// The same for any number of objectives, as the mean over samples; `normals` holds a row of standard normals
/// a sample, the same for all candidates that are compared.
double expected_hypervolume_improvement(std::span<const Belief> beliefs,
                                        std::span<const std::vector<double>> front,
                                        std::span<const double> reference, const Eigen::MatrixXd& normals);

}  // namespace mho
