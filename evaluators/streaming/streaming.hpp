// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "evaluators/compiled_candidate.hpp"
#include "evaluators/post_training.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/streaming/detections.hpp"

namespace mho {

/// A recording that a network listens to, and what is to be heard in it.
struct StreamingTask {
  Samples windows;                 ///< normalised as the network wants them
  std::vector<double> ends_s;      ///< of each window
  double seconds = 0;              ///< of the recording
  std::vector<SoundEvent> events;  ///< at least one
  std::vector<bool> background;    ///< one a class: never detected
  std::vector<double> thresholds;
  DetectionConfig detection;
};

/// Chips that listen: how many, when, and what post_training measures on them.
struct StreamingChips {
  const ScoringConfig& scoring;
  const PostTrainingConfig& post_training;
  const Samples& calibration;  ///< training samples
};

/// At one threshold: the part of the events that is missed, and detections an hour where there is none.
struct StreamingScore {
  double threshold = 0;
  double digital_missed = 0, digital_false_accepts_per_hour = 0;
  std::vector<DriftPoint> missed, false_accepts_per_hour;  ///< a point a time of [scoring]
};

/// Listens in digital and on scoring.programmings chips at each time; a score for each threshold. The key
/// decides devices and noise; same arguments, same numbers for any number of threads. Throws MappingError or
/// ConfigError.
std::vector<StreamingScore> score_streaming(const CompiledCandidate& candidate, const Parameters& parameters,
                                            const StreamingTask& task, const StreamingChips& chips,
                                            RandomKey key);

}  // namespace mho
