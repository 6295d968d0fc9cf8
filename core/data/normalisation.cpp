// SPDX-License-Identifier: Apache-2.0
#include "core/data/normalisation.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// The raw value that one byte of an image stands for.
double byte_value(const NpyArray& images, size_t byte) {
  const auto bits = static_cast<unsigned char>(byte);
  return images.dtype == "|i1" ? static_cast<double>(static_cast<signed char>(bits))
                               : static_cast<double>(bits);
}

Normalisation from_moments(const std::vector<double>& mean, const std::vector<double>& variance) {
  Normalisation result{mean, {}};
  for (const double value : variance) result.standard_deviation.push_back(value > 0 ? std::sqrt(value) : 1.0);
  return result;
}

/// Bytes are counted, then summed over the 256 possible values: exact, whatever the number of pixels.
Normalisation measure_bytes(const NpyArray& images, size_t channels) {
  std::vector<std::array<std::int64_t, 256>> counts(channels);
  size_t channel = 0;
  for (const char byte : images.bytes) {
    ++counts[channel][static_cast<unsigned char>(byte)];
    if (++channel == channels) channel = 0;
  }
  const double n = static_cast<double>(images.bytes.size() / channels);
  std::vector<double> mean(channels), variance(channels);
  for (size_t c = 0; c < channels; ++c) {
    for (size_t v = 0; v < 256; ++v) mean[c] += static_cast<double>(counts[c][v]) * byte_value(images, v);
    mean[c] /= n;
    for (size_t v = 0; v < 256; ++v)
      variance[c] += static_cast<double>(counts[c][v]) * std::pow(byte_value(images, v) - mean[c], 2);
    variance[c] /= n;
  }
  return from_moments(mean, variance);
}

/// Calls use(channel, value) for each value of float images.
template <class Use>
void for_each_float(const NpyArray& images, size_t channels, Use use) {
  size_t channel = 0;
  for (size_t offset = 0; offset < images.bytes.size(); offset += sizeof(float)) {
    float value;
    std::memcpy(&value, images.bytes.data() + offset, sizeof value);
    use(channel, static_cast<double>(value));
    if (++channel == channels) channel = 0;
  }
}

Normalisation measure_floats(const NpyArray& images, size_t channels, const std::string& where) {
  const double n = static_cast<double>(images.bytes.size() / sizeof(float) / channels);
  std::vector<double> mean(channels), variance(channels);
  for_each_float(images, channels, [&](size_t c, double value) { mean[c] += value; });
  for (double& value : mean) value /= n;
  for_each_float(images, channels,
                 [&](size_t c, double value) { variance[c] += (value - mean[c]) * (value - mean[c]); });
  for (size_t c = 0; c < channels; ++c) {
    variance[c] /= n;
    if (!std::isfinite(variance[c]))
      throw DataError(fmt::format(
          "{}: training images, channel {}: expected finite values, found mean {} and variance {}", where, c,
          mean[c], variance[c]));
  }
  return from_moments(mean, variance);
}

/// What each byte becomes, channel by channel.
std::vector<std::array<float, 256>> byte_table(const NpyArray& images, const Normalisation& normalisation) {
  std::vector<std::array<float, 256>> table(normalisation.mean.size());
  for (size_t c = 0; c < table.size(); ++c)
    for (size_t v = 0; v < 256; ++v)
      table[c][v] = static_cast<float>((byte_value(images, v) - normalisation.mean[c]) /
                                       normalisation.standard_deviation[c]);
  return table;
}

void normalise_bytes(const char* in, const std::vector<std::array<float, 256>>& table,
                     std::vector<float>& out, size_t size) {
  for (size_t i = 0; i < size; i += table.size())
    for (size_t c = 0; c < table.size(); ++c) out.push_back(table[c][static_cast<unsigned char>(in[i + c])]);
}

void normalise_floats(const char* in, const Normalisation& normalisation, std::vector<float>& out,
                      size_t size) {
  const size_t channels = normalisation.mean.size();
  for (size_t i = 0; i < size; ++i) {
    float value;
    std::memcpy(&value, in + i * sizeof value, sizeof value);
    const size_t c = i % channels;
    out.push_back(static_cast<float>((value - normalisation.mean[c]) / normalisation.standard_deviation[c]));
  }
}

}  // namespace

Normalisation measure_normalisation(const NpyArray& images, const std::string& where) {
  const auto channels = static_cast<size_t>(images.shape.at(3));
  return images.dtype == "<f4" ? measure_floats(images, channels, where) : measure_bytes(images, channels);
}

Samples normalise(const RawSamples& raw, const Indices& chosen, const Normalisation& normalisation) {
  const auto& shape = raw.images.shape;
  Samples samples{
      static_cast<int>(shape.at(1)), static_cast<int>(shape.at(2)), static_cast<int>(shape.at(3)), {}, {}};
  const auto size = static_cast<size_t>(samples.sample_size());
  const bool floats = raw.images.dtype == "<f4";
  const auto table = byte_table(raw.images, normalisation);
  samples.images.reserve(chosen.size() * size);
  samples.labels.reserve(chosen.size());
  for (const auto index : chosen) {
    samples.labels.push_back(raw.labels[static_cast<size_t>(index)]);
    const size_t first = static_cast<size_t>(index) * size;
    if (floats)
      normalise_floats(raw.images.bytes.data() + first * sizeof(float), normalisation, samples.images, size);
    else
      normalise_bytes(raw.images.bytes.data() + first, table, samples.images, size);
  }
  return samples;
}

}  // namespace mho
