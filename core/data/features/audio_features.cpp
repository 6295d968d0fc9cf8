// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/audio_features.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <unsupported/Eigen/FFT>

namespace mho {
namespace {

/// HTK's mel scale. Source: Young et al., "The HTK Book", section 5.4.
double mel(double hz) { return 1127 * std::log1p(hz / 700); }

std::vector<double> window_of(const FeatureConfig& config) {
  const auto n = static_cast<size_t>(config.window_samples());
  std::vector<double> window(n, 1.0);
  const bool hann = config.window == WindowShape::hann;
  if (config.window == WindowShape::rectangular || n == 1) return window;
  const double period = static_cast<double>(hann ? n : n - 1), mean = hann ? 0.5 : 0.54;
  for (size_t i = 0; i < n; ++i)
    window[i] = mean - (1 - mean) * std::cos(2 * std::numbers::pi * static_cast<double>(i) / period);
  return window;
}

/// A triangle of the mel filter bank: the weights of the FFT's bins from `first` on.
struct Band {
  size_t first = 0;
  std::vector<double> weights;
};

/// Triangles between evenly spaced edges; slopes are straight in mel, and bin 0 (the mean) belongs to none,
/// as in TensorFlow's linear_to_mel_weight_matrix, which MLPerf Tiny uses.
std::vector<Band> mel_bands(const FeatureConfig& config) {
  const double low = mel(config.lowest_hz), width = (mel(config.highest_hz) - low) / (config.bands + 1);
  std::vector<Band> bands(static_cast<size_t>(config.bands));
  for (size_t b = 0; b < bands.size(); ++b) {
    const double left = low + width * static_cast<double>(b);
    for (int bin = 1; bin <= config.fft_size / 2; ++bin) {
      const double at =
          (mel(static_cast<double>(bin) * config.sample_rate_hz / config.fft_size) - left) / width;
      const double weight = std::min(at, 2 - at);
      if (weight <= 0) continue;
      if (bands[b].weights.empty()) bands[b].first = static_cast<size_t>(bin);
      bands[b].weights.push_back(weight);
    }
  }
  return bands;
}

/// The first rows of the DCT-II, scaled by sqrt(2 / bands) each (HTK; the first one too).
std::vector<double> dct_rows(const FeatureConfig& config) {
  std::vector<double> rows;
  const double norm = std::sqrt(2.0 / config.bands);
  for (int k = 0; k < config.coefficients; ++k)
    for (int b = 0; b < config.bands; ++b)
      rows.push_back(norm * std::cos(std::numbers::pi * k * (b + 0.5) / config.bands));
  return rows;
}

}  // namespace

struct AudioFeatures::Tables {
  std::vector<double> window;
  std::vector<Band> bands;
  std::vector<double> dct;  ///< coefficients x bands; empty where bands are what is wanted
};

/// What one recording's windows share; Eigen's transform holds buffers and must not be shared by threads.
struct AudioFeatures::Workspace {
  Eigen::FFT<double> transform{Eigen::default_fft_impl<double>(), Eigen::FFT<double>::HalfSpectrum};
  std::vector<double> padded, bands;
  std::vector<std::complex<double>> spectrum;

  explicit Workspace(const FeatureConfig& config)
      : padded(static_cast<size_t>(config.fft_size)), bands(static_cast<size_t>(config.bands)) {}
};

AudioFeatures::AudioFeatures(const FeatureConfig& config) : config_(config) {
  check_features(config);
  auto tables = std::make_unique<Tables>();
  if (config.kind != FeatureKind::waveform) *tables = {window_of(config), mel_bands(config), {}};
  if (config.kind == FeatureKind::mfcc) tables->dct = dct_rows(config);
  tables_ = std::move(tables);
}

AudioFeatures::~AudioFeatures() = default;

std::vector<float> AudioFeatures::fit(std::span<const float> samples) const {
  const auto wanted = static_cast<std::ptrdiff_t>(config_.clip_samples()), there = std::ssize(samples);
  const auto skipped =
      config_.place == ClipPlace::centre ? (there - wanted) / 2 : 0;  // negative: zeros come first
  std::vector<float> clip(static_cast<size_t>(wanted));
  const auto first = std::max<std::ptrdiff_t>(skipped, 0), to = std::max<std::ptrdiff_t>(-skipped, 0);
  const auto count = std::min(there - first, wanted - to);
  std::copy_n(samples.begin() + first, count, clip.begin() + to);
  return clip;
}

/// The logarithmic mel energies of one window.
void AudioFeatures::step(std::span<const double> samples, Workspace& work) const {
  std::fill(work.padded.begin(), work.padded.end(), 0.0);
  for (size_t i = 0; i < samples.size(); ++i) work.padded[i] = samples[i] * tables_->window[i];
  work.transform.fwd(work.spectrum, work.padded);
  const bool power = config_.spectrum == Spectrum::power;
  const double unit = config_.logarithm == Logarithm::db ? 10 / std::numbers::ln10 : 1;
  for (size_t b = 0; b < work.bands.size(); ++b) {
    const auto& band = tables_->bands[b];
    double sum = 0;
    for (size_t i = 0; i < band.weights.size(); ++i) {
      const auto& bin = work.spectrum[band.first + i];
      sum += band.weights[i] * (power ? std::norm(bin) / static_cast<double>(samples.size()) : std::abs(bin));
    }
    work.bands[b] = unit * std::log(sum + config_.log_offset);
  }
}

std::vector<double> AudioFeatures::levelled(std::span<const float> samples) const {
  std::vector<double> signal(samples.begin(), samples.end());
  if (config_.amplitude == Amplitude::peak && !signal.empty())
    if (const double peak = *std::max_element(signal.begin(), signal.end()); peak > 0)
      for (double& value : signal) value /= peak;
  for (size_t i = signal.size(); config_.pre_emphasis > 0 && i-- > 1;)
    signal[i] -= config_.pre_emphasis * signal[i - 1];
  return signal;
}

std::vector<float> AudioFeatures::compute(std::span<const float> samples) const {
  const auto signal = levelled(samples);
  std::vector<float> result;
  const auto emit = [&](double value) {
    result.push_back(static_cast<float>((value + config_.offset) * config_.gain));
  };
  if (config_.kind == FeatureKind::waveform) {
    std::for_each(signal.begin(), signal.end(), emit);
    return result;
  }
  Workspace work(config_);
  const auto window = static_cast<size_t>(config_.window_samples()),
             stride = static_cast<size_t>(config_.stride_samples());
  for (size_t begin = 0; begin + window <= signal.size(); begin += stride) {
    step(std::span(signal).subspan(begin, window), work);
    if (tables_->dct.empty()) std::for_each(work.bands.begin(), work.bands.end(), emit);
    for (auto row = tables_->dct.begin(); row != tables_->dct.end(); row += config_.bands)
      emit(std::inner_product(work.bands.begin(), work.bands.end(), row, 0.0));
  }
  return result;
}

std::int8_t AudioFeatures::store(float value) const {
  const double level = static_cast<double>(value) / config_.scale + config_.zero_point;
  const double whole =
      config_.rounding == StorageRounding::truncate ? std::trunc(level) : std::nearbyint(level);
  return static_cast<std::int8_t>(std::clamp(whole, -128.0, 127.0));
}

std::vector<char> AudioFeatures::sample(std::span<const float> clip) const {
  const auto values = compute(clip);
  std::vector<char> bytes;
  if (config_.storage == FeatureStorage::int8) {
    for (const float value : values) bytes.push_back(static_cast<char>(store(value)));
    return bytes;
  }
  const auto first = reinterpret_cast<const char*>(values.data());
  bytes.assign(first, first + values.size() * sizeof(float));
  return bytes;
}

}  // namespace mho
