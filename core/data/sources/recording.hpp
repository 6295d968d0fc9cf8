// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "core/data/features/feature_config.hpp"
#include "core/data/sources/raw_set.hpp"

namespace mho {

/// A long recording as a network behind a microphone gets it: clips that overlap, each made into features by
/// itself, as in training.
struct Recording {
  RawSamples windows;          ///< one sample a clip, in the order of time; labels are all 0
  std::vector<double> ends_s;  ///< when each clip is complete, seconds from the beginning
  double seconds = 0;          ///< length of the whole
};

/// Cuts a WAV, FLAC or OGG file into clips of features.clip_s that begin `hop_s` apart (to the sample), after
/// resampling to the features' rate. Throws DataError as parse_audio, and where it is shorter than a clip,
/// and ConfigError for a hop of less than a sample.
Recording read_recording(const std::filesystem::path& file, const FeatureConfig& features, double hop_s);

}  // namespace mho
