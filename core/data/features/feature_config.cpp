// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/feature_config.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr int most_samples = 1 << 24;

int samples_of(double milliseconds, int rate_hz) {
  return static_cast<int>(std::lround(milliseconds * rate_hz / 1000));
}

FeatureConfig mlperf_kws() {
  FeatureConfig config;
  config.amplitude = Amplitude::peak;
  config.rounding = StorageRounding::truncate;
  return config;
}

FeatureConfig mlperf_streaming() {
  FeatureConfig config;
  config.amplitude = Amplitude::peak;
  config.pre_emphasis = 1 - 1.0 / 32;
  config.kind = FeatureKind::log_mel;
  config.window_ms = 64, config.stride_ms = 32;
  config.window = WindowShape::hamming;
  config.fft_size = 1024;
  config.spectrum = Spectrum::power;
  config.lowest_hz = 0, config.highest_hz = 8000;
  config.log_offset = 1e-30;
  config.logarithm = Logarithm::db;
  config.offset = 52, config.gain = 1.0 / 64;
  config.scale = 1.0 / 255, config.zero_point = -128;
  return config;
}

void expect(bool holds, const std::string& what, const std::string& expected, const std::string& got) {
  if (!holds) throw ConfigError(fmt::format("features.{}: expected {}, got {}", what, expected, got));
}

}  // namespace

void FeatureConfig::fields(FieldVisitor& visitor) {
  visitor.field(
      "preset", &preset,
      "Where all other keys of this table start from: the defaults here, MLPerf Tiny's 49x10 MFCCs, or "
      "the log-mel energies of its streaming wake word.");
  visitor.field("sample_rate_hz", &sample_rate_hz, between(1000, 192000),
                "Rate that recordings are resampled to.");
  visitor.field("clip_s", &clip_s, between(0.001, 600), "Length that recordings are padded or cut to.");
  visitor.field("place", &place,
                "Where a recording of another length lies in the clip, and what of a longer one is kept.");
  visitor.field("amplitude", &amplitude, "peak: samples are divided by the clip's largest one.");
  visitor.field("pre_emphasis", &pre_emphasis, between(0, 1),
                "c of the filter x[i] - c x[i - 1] before the windows; 0 for none.");
  visitor.field("kind", &kind, "Cepstral coefficients, logarithmic mel energies, or the samples themselves.");
  visitor.field("window_ms", &window_ms, between(0.1, 10000), "Length of a window.");
  visitor.field("stride_ms", &stride_ms, between(0.1, 10000), "From one window to the next.");
  visitor.field("window", &window, "Weights of a window: Hann (periodic), Hamming (symmetric), or none.");
  visitor.field("fft_size", &fft_size, between(2, 65536),
                "Points of the Fourier transform, a power of two; windows are padded with zeros.");
  visitor.field("spectrum", &spectrum, "|X|, or |X|^2 over the window's samples.");
  visitor.field("bands", &bands, between(1, 1024), "Mel bands (HTK).");
  visitor.field("lowest_hz", &lowest_hz, between(0, 96000), "Lower edge of the first band.");
  visitor.field("highest_hz", &highest_hz, between(1, 96000), "Upper edge of the last band.");
  visitor.field("log_offset", &log_offset, between(1e-300, 1e6), "Added to a band before the logarithm.");
  visitor.field("logarithm", &logarithm, "Natural, or 10 log10.");
  visitor.field("coefficients", &coefficients, between(1, 1024),
                "Coefficients of the DCT-II that are kept, from the first (kind = \"mfcc\").");
  visitor.field("offset", &offset, between(-1e6, 1e6), "Added to each value before it is stored.");
  visitor.field("gain", &gain, between(-1e6, 1e6), "What the sum is then multiplied by.");
  visitor.field("storage", &storage, "How values are stored.");
  visitor.field("scale", &scale, between(1e-12, 1e12),
                "int8: value = (stored - zero_point) x scale; saturating.");
  visitor.field("zero_point", &zero_point, between(-128, 127), "int8: what 0 is stored as.");
  visitor.field("rounding", &rounding, "int8: to nearest, or towards 0.");
  visitor.field("layout", &layout,
                "Shape of a sample: steps x values x 1 (2-D networks), or steps x 1 x values (1-D).");
}

int FeatureConfig::clip_samples() const { return samples_of(clip_s * 1000, sample_rate_hz); }
int FeatureConfig::window_samples() const { return samples_of(window_ms, sample_rate_hz); }
int FeatureConfig::stride_samples() const { return samples_of(stride_ms, sample_rate_hz); }

int FeatureConfig::steps_of(int samples) const {
  if (kind == FeatureKind::waveform) return samples;
  return samples < window_samples() ? 0 : 1 + (samples - window_samples()) / stride_samples();
}

int FeatureConfig::values() const {
  if (kind == FeatureKind::waveform) return 1;
  return kind == FeatureKind::mfcc ? coefficients : bands;
}

std::array<std::int64_t, 3> FeatureConfig::sample_shape() const {
  if (layout == FeatureLayout::channels) return {steps(), 1, values()};
  return {steps(), values(), 1};
}

FeatureConfig feature_preset(FeaturePreset preset) {
  FeatureConfig config;
  if (preset == FeaturePreset::mlperf_kws) config = mlperf_kws();
  if (preset == FeaturePreset::mlperf_streaming) config = mlperf_streaming();
  config.preset = preset;
  return config;
}

void check_features(const FeatureConfig& config) {
  const auto ms = [](int samples) { return fmt::format("{} samples", samples); };
  expect(config.clip_samples() >= 1 && config.clip_samples() <= most_samples, "clip_s",
         fmt::format("1 to {} samples", most_samples), ms(config.clip_samples()));
  if (config.kind == FeatureKind::waveform) return;
  expect(config.window_samples() >= 1 && config.window_samples() <= config.clip_samples(), "window_ms",
         fmt::format("1 to the clip's {}", ms(config.clip_samples())), ms(config.window_samples()));
  expect(config.stride_samples() >= 1, "stride_ms", "at least 1 sample", ms(config.stride_samples()));
  expect(std::has_single_bit(static_cast<unsigned>(config.fft_size)) &&
             config.fft_size >= config.window_samples(),
         "fft_size", fmt::format("a power of two of at least the window's {}", ms(config.window_samples())),
         std::to_string(config.fft_size));
  expect(config.highest_hz > config.lowest_hz && config.highest_hz <= config.sample_rate_hz / 2.0,
         "highest_hz",
         fmt::format("above lowest_hz ({:g}) and at most half of sample_rate_hz ({:g})", config.lowest_hz,
                     config.sample_rate_hz / 2.0),
         fmt::format("{:g}", config.highest_hz));
  if (config.kind == FeatureKind::mfcc)
    expect(config.coefficients <= config.bands, "coefficients",
           fmt::format("at most the {} bands", config.bands), std::to_string(config.coefficients));
}

}  // namespace mho
