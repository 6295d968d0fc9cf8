// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/data/features/feature_config.hpp"

namespace mho {

/// Computes the features of recordings as a FeatureConfig says. Const calls may run side by side.
class AudioFeatures {
 public:
  /// Throws ConfigError as check_features.
  explicit AudioFeatures(const FeatureConfig& config);
  ~AudioFeatures();
  AudioFeatures(const AudioFeatures&) = delete;
  AudioFeatures& operator=(const AudioFeatures&) = delete;

  /// `samples` at the configuration's rate, padded with zeros or cut to a clip.
  std::vector<float> fit(std::span<const float> samples) const;

  /// The values of the clip, or a recording of any length, [steps_of(size) x values()], before storage: with
  /// amplitude, pre-emphasis, offset and gain applied.
  std::vector<float> compute(std::span<const float> samples) const;

  /// One value as int8 (config: scale, zero_point, rounding).
  std::int8_t store(float value) const;

  /// The values of a fitted clip as a data set stores them: config().sample_type() and sample_shape().
  std::vector<char> sample(std::span<const float> clip) const;

  const FeatureConfig& config() const { return config_; }

 private:
  struct Tables;
  struct Workspace;

  std::vector<double> levelled(std::span<const float> samples) const;
  void step(std::span<const double> samples, Workspace& work) const;

  FeatureConfig config_;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace mho
