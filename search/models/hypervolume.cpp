// SPDX-License-Identifier: Apache-2.0
#include "search/models/hypervolume.hpp"

#include <algorithm>
#include <stdexcept>

namespace mho {
namespace {

using Points = std::vector<std::vector<double>>;

double box(const std::vector<double>& point, std::span<const double> reference) {
  double volume = 1;
  for (size_t d = 0; d < point.size(); ++d) volume *= std::max(0.0, point[d] - reference[d]);
  return volume;
}

bool covers(const std::vector<double>& a, const std::vector<double>& b) {
  for (size_t d = 0; d < a.size(); ++d)
    if (a[d] < b[d]) return false;
  return true;
}

/// Without the points that another covers; of equal ones the first stays.
Points uncovered(const Points& points) {
  Points kept;
  for (const auto& point : points) {
    if (std::any_of(kept.begin(), kept.end(), [&](const auto& other) { return covers(other, point); }))
      continue;
    std::erase_if(kept, [&](const auto& other) { return covers(point, other); });
    kept.push_back(point);
  }
  return kept;
}

/// Of points sorted by falling first coordinate.
double sweep(const Points& points, std::span<const double> reference) {
  double area = 0, height = reference[1];
  for (const auto& point : points) {
    if (point[0] <= reference[0] || point[1] <= height) continue;
    area += (point[0] - reference[0]) * (point[1] - height);
    height = point[1];
  }
  return area;
}

/// The part of what `points` dominate that `point` dominates too, as points.
Points limited(std::span<const std::vector<double>> points, const std::vector<double>& point) {
  Points parts(points.begin(), points.end());
  for (auto& part : parts)
    for (size_t d = 0; d < part.size(); ++d) part[d] = std::min(part[d], point[d]);
  return uncovered(parts);
}

double volume_of(Points points, std::span<const double> reference) {
  std::sort(points.begin(), points.end(), std::greater<>());
  if (reference.size() == 2) return sweep(points, reference);
  double volume = 0;
  for (size_t i = 0; i < points.size(); ++i)
    volume += box(points[i], reference) -
              volume_of(limited(std::span(points).subspan(i + 1), points[i]), reference);
  return volume;
}

}  // namespace

double hypervolume(const std::vector<std::vector<double>>& points, std::span<const double> reference) {
  for (const auto& point : points)
    if (point.size() != reference.size())
      throw std::invalid_argument("hypervolume: expected points with the reference's dimensions");
  return volume_of(uncovered(points), reference);
}

double hypervolume_gain(std::span<const std::vector<double>> points, const std::vector<double>& point,
                        std::span<const double> reference) {
  const double alone = box(point, reference);
  return alone > 0 ? alone - volume_of(limited(points, point), reference) : 0.0;
}

}  // namespace mho
