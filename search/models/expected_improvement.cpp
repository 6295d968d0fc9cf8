// SPDX-License-Identifier: Apache-2.0
#include "search/models/expected_improvement.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "search/models/hypervolume.hpp"

namespace mho {

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double expected_improvement(const Belief& belief, double best) {
  const double improvement = belief.mean - best;
  if (belief.deviation <= 0) return std::max(improvement, 0.0);
  const double z = improvement / belief.deviation;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return std::max(improvement * normal_cdf(z) + belief.deviation * density, 0.0);
}

double expected_hypervolume_improvement(const std::array<Belief, 2>& beliefs,
                                        std::span<const std::vector<double>> front,
                                        const std::array<double, 2>& reference) {
  std::vector<std::vector<double>> points(front.begin(), front.end());
  std::sort(points.begin(), points.end(), std::greater<>());
  // Strips of the first objective from the right: beyond the best point the floor is the reference, further
  // left it is the highest second objective of the points passed.
  double total = 0, floor = reference[1], beyond = 0;  // beyond: E[(y1 - right end)+] of the strip
  for (const auto& point : points) {
    if (point[0] <= reference[0]) break;
    if (point[1] <= floor) continue;
    const double from_here = expected_improvement(beliefs[0], point[0]);
    total += (from_here - beyond) * expected_improvement(beliefs[1], floor);
    beyond = from_here;
    floor = point[1];
  }
  return total +
         (expected_improvement(beliefs[0], reference[0]) - beyond) * expected_improvement(beliefs[1], floor);
}

double expected_hypervolume_improvement(std::span<const Belief> beliefs,
                                        std::span<const std::vector<double>> front,
                                        std::span<const double> reference, const Eigen::MatrixXd& normals) {
  double total = 0;
  std::vector<double> sample(beliefs.size());
  for (Eigen::Index row = 0; row < normals.rows(); ++row) {
    for (size_t d = 0; d < beliefs.size(); ++d)
      sample[d] = beliefs[d].mean + beliefs[d].deviation * normals(row, static_cast<Eigen::Index>(d));
    total += hypervolume_gain(front, sample, reference);
  }
  return total / static_cast<double>(normals.rows());
}

}  // namespace mho
