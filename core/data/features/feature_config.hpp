// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// The [features] table of a recipe: all that stands between a recording and the network's input, in the
/// order in which it is done. A prepared set, a winner and a chip folder carry it as features.json.
struct FeatureConfig {
  std::string preset = "none";     ///< none | mlperf_kws | mlperf_streaming: other defaults for all keys
  int sample_rate_hz = 16000;      ///< recordings of another rate are resampled
  double clip_s = 1;               ///< recordings are padded with zeros or cut to this
  std::string place = "start";     ///< what of a recording is kept, and where it lies: start | centre
  std::string amplitude = "none";  ///< none | peak: divided by the clip's largest value
  double pre_emphasis = 0;         ///< x[i] - pre_emphasis x[i - 1]; 0 for none
  std::string kind = "mfcc";       ///< mfcc | log_mel | waveform
  double window_ms = 30;
  double stride_ms = 20;
  std::string window = "hann";  ///< hann (periodic) | hamming (symmetric) | rectangular
  int fft_size = 512;
  std::string spectrum = "magnitude";  ///< magnitude |X| | power |X|^2 / window samples
  int bands = 40;                      ///< triangles, evenly spaced in HTK's mel
  double lowest_hz = 20;
  double highest_hz = 4000;
  double log_offset = 1e-6;      ///< added before the logarithm
  std::string logarithm = "ln";  ///< ln | db: 10 log10
  int coefficients = 10;         ///< of the DCT that are kept (mfcc)
  double offset = 0;             ///< stored value = (value + offset) gain
  double gain = 1;
  std::string storage = "int8";  ///< int8 | float32
  double scale = 0.5847029;      ///< int8: value = (stored - zero_point) scale
  int zero_point = 83;
  std::string rounding = "nearest";  ///< nearest | truncate, towards zero
  std::string layout = "plane";      ///< plane: steps x values x 1 | channels: steps x 1 x values

  void fields(FieldVisitor& visitor);

  int clip_samples() const;
  int window_samples() const;
  int stride_samples() const;
  /// Windows of a clip; of a waveform its samples.
  int steps() const { return steps_of(clip_samples()); }
  /// Whole windows of `samples` samples.
  int steps_of(int samples) const;
  /// Values of one step: coefficients, bands, or 1.
  int values() const;
};

/// The keys that a preset sets, with all others at their defaults. Throws ConfigError for an unknown one.
/// mlperf_kws: MLPerf Tiny's keyword spotting, 49 x 10 MFCCs as int8. mlperf_streaming: its streaming wake
/// word, 30 x 40 log-mel energies (64 ms, pre-emphasis, dB, 0 to 1). Source: mlcommons/tiny,
/// training/keyword_spotting and training/streaming_wakeword.
FeatureConfig feature_preset(const std::string& preset);

/// Throws ConfigError that names the keys which do not fit each other: a window longer than the clip or the
/// FFT, frequencies above the Nyquist frequency, more coefficients than bands.
void check_features(const FeatureConfig& config);

}  // namespace mho
