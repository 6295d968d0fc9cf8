// SPDX-License-Identifier: Apache-2.0
#include "evaluators/streaming/detections.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mho {
namespace {

/// Adds factor x softmax(logits) to `sum`.
void add_softmax(std::span<const float> logits, double factor, std::vector<double>& sum) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double total = 0;
  for (const float logit : logits) total += std::exp(logit - largest);
  for (size_t c = 0; c < logits.size(); ++c) sum[c] += factor * std::exp(logits[c] - largest) / total;
}

/// The likeliest class and its probability, averaged over the last windows up to `window`.
Detection likeliest(std::span<const float> logits, size_t window, size_t classes, int smoothing) {
  const auto count = std::min(window + 1, static_cast<size_t>(smoothing));
  std::vector<double> mean(classes);
  for (size_t i = window + 1 - count; i <= window; ++i)
    add_softmax(logits.subspan(i * classes, classes), 1.0 / static_cast<double>(count), mean);
  const auto best = std::max_element(mean.begin(), mean.end());
  return {0, static_cast<int>(best - mean.begin()), *best};
}

bool tells_of(const Detection& detection, const SoundEvent& event, const DetectionConfig& config) {
  return detection.label == event.label && detection.time_s >= event.begin_s &&
         detection.time_s <= event.end_s + config.tolerance_s;
}

}  // namespace

std::vector<Detection> detect(std::span<const float> logits, std::span<const double> ends_s,
                              const std::vector<bool>& background, double threshold,
                              const DetectionConfig& config) {
  const size_t classes = background.size();
  std::vector<double> last(classes, -std::numeric_limits<double>::infinity());
  std::vector<Detection> detections;
  for (size_t i = 0; i < ends_s.size(); ++i) {
    auto found = likeliest(logits, i, classes, config.smoothing);
    const auto label = static_cast<size_t>(found.label);
    found.time_s = ends_s[i];
    if (background[label] || found.probability < threshold || found.time_s - last[label] < config.hold_s)
      continue;
    last[label] = found.time_s;
    detections.push_back(found);
  }
  return detections;
}

StreamingCounts count_detections(const std::vector<Detection>& detections,
                                 const std::vector<SoundEvent>& events, const DetectionConfig& config) {
  StreamingCounts counts{static_cast<int>(events.size()), 0, 0};
  for (const auto& event : events)
    counts.missed += std::none_of(detections.begin(), detections.end(), [&](const Detection& detection) {
      return tells_of(detection, event, config);
    });
  for (const auto& detection : detections)
    counts.false_accepts += std::none_of(events.begin(), events.end(), [&](const SoundEvent& event) {
      return tells_of(detection, event, config);
    });
  return counts;
}

}  // namespace mho
