// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/data/sources/sound_events.hpp"

namespace mho {

/// How a stream of class scores becomes detections. Source: Chen, Parada & Heigold, "Small-footprint keyword
/// spotting using deep neural networks", ICASSP 2014, section 3.3 (posterior handling).
struct DetectionConfig {
  int smoothing = 3;       ///< windows whose class probabilities are averaged
  double hold_s = 1;       ///< after a detection, none of the same class for so long
  double tolerance_s = 1;  ///< a detection counts for an event from its beginning until so long after its end
};

struct Detection {
  double time_s = 0;  ///< the end of the window
  int label = 0;
  double probability = 0;  ///< averaged
};

/// The detections of a recording: at the end of a window the likeliest class, unless it is background, where
/// its averaged probability reaches `threshold`. `logits`: windows x classes; `background`: one a class.
std::vector<Detection> detect(std::span<const float> logits, std::span<const double> ends_s,
                              const std::vector<bool>& background, double threshold,
                              const DetectionConfig& config);

/// What detections made of a recording's events.
struct StreamingCounts {
  int events = 0;
  int missed = 0;  ///< false rejects: events of which no detection tells
  /// False accepts: detections where no event of their class is. A second detection of one event is none.
  int false_accepts = 0;
};

StreamingCounts count_detections(const std::vector<Detection>& detections,
                                 const std::vector<SoundEvent>& events, const DetectionConfig& config);

}  // namespace mho
