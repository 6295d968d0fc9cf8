// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "evaluators/scoring/statistics.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

/// Keeps a layer's |inputs|; every k-th value once there are many, so that memory stays bounded.
constexpr size_t largest_pool = 1 << 18;

using Ranges = std::vector<float*>;  ///< of nodes; null where nothing is to be done

Ranges ranges_of(const Network& network, Parameters& parameters, bool only_missing) {
  Ranges ranges(parameters.size(), nullptr);
  for (size_t node = 0; node < parameters.size(); ++node) {
    const int n = static_cast<int>(node);
    float& range = parameters[node].input_range;
    if (network.matrix(n) && is_on_crossbar(network, n) && !(only_missing && range > 0))
      ranges[node] = &range;
  }
  return ranges;
}

/// |inputs| of every node whose range is asked for, while the floating-point network classifies.
std::vector<std::vector<float>> record_magnitudes(const CompiledCandidate& candidate,
                                                  const Parameters& parameters, const Samples& chosen,
                                                  const Ranges& ranges) {
  std::vector<std::vector<float>> seen(ranges.size());
  for_layer_inputs(candidate, parameters, chosen, [&](size_t node, const FloatBuffer& vectors, int images) {
    if (!ranges[node]) return;
    const std::int64_t size = std::ssize(vectors);
    const std::int64_t step = 1 + chosen.count() * (size / images) / static_cast<std::int64_t>(largest_pool);
    for (std::int64_t i = 0; i < size; i += step)
      seen[node].push_back(std::abs(vectors[static_cast<size_t>(i)]));
  });
  return seen;
}

void calibrate(const CompiledCandidate& candidate, Parameters& parameters, const Samples& chosen,
               bool only_missing) {
  const auto ranges = ranges_of(candidate.network(), parameters, only_missing);
  auto seen = record_magnitudes(candidate, parameters, chosen, ranges);
  for (size_t node = 0; node < ranges.size(); ++node) {
    if (!ranges[node]) continue;
    const float range = percentile(seen[node], candidate.hardware().input_percentile);
    *ranges[node] = range > 0 ? range : 1.0f;  // a layer that sees only zeros
  }
}

}  // namespace

void fix_input_ranges(const CompiledCandidate& candidate, Parameters& parameters) {
  const auto& fixed = candidate.hardware().input_range;
  if (fixed.mode != InputRangeMode::fixed) return;
  for (float* range : ranges_of(candidate.network(), parameters, false))
    if (range) *range = static_cast<float>(fixed.value);
}

void calibrate_input_ranges(const CompiledCandidate& candidate, Parameters& parameters,
                            const Samples& samples, int count) {
  const auto mode = candidate.hardware().input_range.mode;
  if (mode == InputRangeMode::fixed) return fix_input_ranges(candidate, parameters);
  calibrate(candidate, parameters, take_samples(samples, count), mode == InputRangeMode::learned);
}

void calibrate_missing_ranges(const CompiledCandidate& candidate, Parameters& parameters,
                              const Samples& samples, int count) {
  calibrate(candidate, parameters, take_samples(samples, count), true);
}

}  // namespace mho
