// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

// Small recordings for the tests of core/data.

inline std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A 16-bit WAV file of these samples; of several channels one after the other.
inline std::string wav(const std::vector<std::int16_t>& samples, int rate_hz, int channels = 1) {
  std::string data;
  for (const auto sample : samples) data += little_endian(static_cast<std::uint16_t>(sample), 2);
  const auto size = static_cast<std::uint32_t>(data.size());
  const auto rate = static_cast<std::uint32_t>(rate_hz), wide = static_cast<std::uint32_t>(channels);
  return "RIFF" + little_endian(36 + size, 4) + "WAVEfmt " + little_endian(16, 4) + little_endian(1, 2) +
         little_endian(wide, 2) + little_endian(rate, 4) + little_endian(rate * wide * 2, 4) +
         little_endian(wide * 2, 2) + little_endian(16, 2) + "data" + little_endian(size, 4) + data;
}

/// A tone of `hz` for `seconds`, half of the full scale.
inline std::vector<std::int16_t> tone(double hz, int rate_hz, double seconds) {
  std::vector<std::int16_t> samples;
  for (int i = 0; i < static_cast<int>(seconds * rate_hz); ++i)
    samples.push_back(
        static_cast<std::int16_t>(std::lround(16384 * std::sin(2 * std::numbers::pi * hz * i / rate_hz))));
  return samples;
}
