// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/log_grid.hpp"

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

constexpr float per_octave = 8, last_exponent = 127;
constexpr float square_memory = 0.999f, largest_gradient = 10;

}  // namespace

LogGrid::LogGrid(const FloatBuffer& initial) {
  double sum = 0;
  for (const float w : initial) sum += double{w} * w;
  if (!initial.empty()) full_ = 3 * static_cast<float>(std::sqrt(sum / static_cast<double>(initial.size())));
}

float LogGrid::exponent(float weight) const {
  const float part = std::fabs(weight) / full_;
  return part > 0 ? std::clamp(-per_octave * std::log2(part), 0.0f, last_exponent) : last_exponent;
}

float LogGrid::weight(int exponent, bool negative) const {
  const float size = full_ * std::exp2(-static_cast<float>(exponent) / per_octave);
  return negative ? -size : size;
}

void LogGrid::step(const FloatBuffer& gradient, double rate, int steps, RandomKey key, FloatBuffer& square,
                   FloatBuffer& weights) const {
  if (full_ == 0) return;
  const float bias = 1 - std::pow(square_memory, static_cast<float>(steps));
  std::vector<float> shifts(weights.size());
  fill_centred_uniform(key, shifts);
  for (size_t i = 0; i < weights.size(); ++i) {
    const float g = gradient[i];
    square[i] = square_memory * square[i] + (1 - square_memory) * g * g;
    const float root = std::sqrt(square[i] / bias);
    const float normal =
        root > 0 && std::isfinite(root) ? std::clamp(g / root, -largest_gradient, largest_gradient) : 0.0f;
    const bool negative = std::signbit(weights[i]);
    const float move = static_cast<float>(rate) * per_octave * (negative ? -normal : normal);
    const float place = std::nearbyint(exponent(weights[i]) + move + shifts[i]);
    weights[i] = weight(static_cast<int>(std::clamp(place, 0.0f, last_exponent)), negative);
  }
}

}  // namespace mho
