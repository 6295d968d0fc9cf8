// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mho {

/// A converter that is not switched off has this many bits.
inline constexpr int smallest_converter_bits = 3, largest_converter_bits = 10;

/// A converter with 2^bits - 1 symmetric levels from -limit to +limit: step = 2 limit / (2^bits - 2).
/// bits == 0 is no converter at all (step 0).
struct Converter {
  float limit = 0;
  float step = 0;
};

/// Throws ConfigError when bits is neither 0 nor in 3..10, or limit is not a positive number (limit is not
/// looked at when bits is 0).
Converter make_converter(int bits, double limit);

/// Levels on one side of zero: limit / step; 0 for no converter.
float levels_of(const Converter& converter);

/// Rounds to a whole number, ties to even, for |v| < 2^22. Adding 1.5 * 2^23 leaves no fraction bits: it
/// rounds like nearbyint, but in every vector instruction set.
inline float nearest(float v) {
  constexpr float shift = 0x1.8p23f;
  return (v + shift) - shift;
}

/// `v` within [-limit, limit].
inline float clip_to(float v, float limit) {
  const float above = v < -limit ? -limit : v;
  return above > limit ? limit : above;
}

/// Clips and rounds to the nearest level (ties to the even one); the identity when step is 0.
inline float convert(const Converter& converter, float value) {
  if (converter.step == 0) return value;
  return nearest(clip_to(value, converter.limit) / converter.step) * converter.step;
}

}  // namespace mho
