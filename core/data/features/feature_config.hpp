// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "core/base/fields.hpp"

namespace mho {

enum class FeaturePreset { none, mlperf_kws, mlperf_streaming };
template <>
inline constexpr std::array words_of<FeaturePreset>{"none", "mlperf_kws", "mlperf_streaming"};

/// What of a recording is kept, and where it lies in the clip.
enum class ClipPlace { start, centre };
template <>
inline constexpr std::array words_of<ClipPlace>{"start", "centre"};

/// peak: divided by the clip's largest value.
enum class Amplitude { none, peak };
template <>
inline constexpr std::array words_of<Amplitude>{"none", "peak"};

enum class FeatureKind { mfcc, log_mel, waveform };
template <>
inline constexpr std::array words_of<FeatureKind>{"mfcc", "log_mel", "waveform"};

/// hann is periodic, hamming symmetric.
enum class WindowShape { hann, hamming, rectangular };
template <>
inline constexpr std::array words_of<WindowShape>{"hann", "hamming", "rectangular"};

/// |X|, or |X|^2 over the window's samples.
enum class Spectrum { magnitude, power };
template <>
inline constexpr std::array words_of<Spectrum>{"magnitude", "power"};

/// Natural, or 10 log10.
enum class Logarithm { ln, db };
template <>
inline constexpr std::array words_of<Logarithm>{"ln", "db"};

enum class FeatureStorage { int8, float32 };
template <>
inline constexpr std::array words_of<FeatureStorage>{"int8", "float32"};

/// To the nearest whole number, or towards zero.
enum class StorageRounding { nearest, truncate };
template <>
inline constexpr std::array words_of<StorageRounding>{"nearest", "truncate"};

/// steps x values x 1, or steps x 1 x values.
enum class FeatureLayout { plane, channels };
template <>
inline constexpr std::array words_of<FeatureLayout>{"plane", "channels"};

/// The [features] table of a recipe: all that stands between a recording and the network's input, in the
/// order in which it is done. A prepared set, a winner and a chip folder carry it as features.json.
struct FeatureConfig {
  FeaturePreset preset = FeaturePreset::none;  ///< other defaults for all keys
  int sample_rate_hz = 16000;                  ///< recordings of another rate are resampled
  double clip_s = 1;                           ///< recordings are padded with zeros or cut to this
  ClipPlace place = ClipPlace::start;
  Amplitude amplitude = Amplitude::none;
  double pre_emphasis = 0;  ///< x[i] - pre_emphasis x[i - 1]; 0 for none
  FeatureKind kind = FeatureKind::mfcc;
  double window_ms = 30;
  double stride_ms = 20;
  WindowShape window = WindowShape::hann;
  int fft_size = 512;
  Spectrum spectrum = Spectrum::magnitude;
  int bands = 40;  ///< triangles, evenly spaced in HTK's mel
  double lowest_hz = 20;
  double highest_hz = 4000;
  double log_offset = 1e-6;  ///< added before the logarithm
  Logarithm logarithm = Logarithm::ln;
  int coefficients = 10;  ///< of the DCT that are kept (mfcc)
  double offset = 0;      ///< stored value = (value + offset) gain
  double gain = 1;
  FeatureStorage storage = FeatureStorage::int8;
  double scale = 0.5847029;  ///< int8: value = (stored - zero_point) scale
  int zero_point = 83;
  StorageRounding rounding = StorageRounding::nearest;
  FeatureLayout layout = FeatureLayout::plane;

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
  /// Height, width and channels of a stored sample, and its numbers' type (|i1 or <f4).
  std::array<std::int64_t, 3> sample_shape() const;
  const char* sample_type() const { return storage == FeatureStorage::int8 ? "|i1" : "<f4"; }
};

/// The keys that a preset sets, with all others at their defaults.
/// mlperf_kws: MLPerf Tiny's keyword spotting, 49 x 10 MFCCs as int8. mlperf_streaming: its streaming wake
/// word, 30 x 40 log-mel energies (64 ms, pre-emphasis, dB, 0 to 1). Source: mlcommons/tiny,
/// training/keyword_spotting and training/streaming_wakeword.
FeatureConfig feature_preset(FeaturePreset preset);

/// Throws ConfigError that names the keys which do not fit each other: a window longer than the clip or the
/// FFT, frequencies above the Nyquist frequency, more coefficients than bands.
void check_features(const FeatureConfig& config);

}  // namespace mho
