// SPDX-License-Identifier: Apache-2.0
#include "core/base/sha1.hpp"

#include <bit>
#include <string>

namespace mho {
namespace {

/// FIPS 180-4, section 5.1.1: a one bit, zeros, and the length in bits, to a multiple of 64 bytes.
std::string padded(std::string_view text) {
  std::string message(text);
  message += '\x80';
  while (message.size() % 64 != 56) message += '\0';
  for (int shift = 56; shift >= 0; shift -= 8)
    message += static_cast<char>(std::uint64_t{text.size()} * 8 >> shift);
  return message;
}

/// Section 6.1.2, step 1: the message schedule of the block that begins at `block`.
std::array<std::uint32_t, 80> schedule(const char* block) {
  std::array<std::uint32_t, 80> w{};
  for (size_t i = 0; i < 64; ++i) w[i / 4] = w[i / 4] << 8 | static_cast<unsigned char>(block[i]);
  for (size_t t = 16; t < 80; ++t) w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  return w;
}

/// Sections 4.1.1 and 4.2.1: a round's function of three words, and its constant.
std::uint32_t mixed(size_t t, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (t < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

}  // namespace

std::array<std::uint32_t, 5> sha1(std::string_view text) {
  std::array<std::uint32_t, 5> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  const auto message = padded(text);
  for (size_t at = 0; at < message.size(); at += 64) {
    const auto w = schedule(message.data() + at);
    auto [a, b, c, d, e] = state;
    for (size_t t = 0; t < 80; ++t) {
      const std::uint32_t sum = std::rotl(a, 5) + mixed(t, b, c, d) + e + w[t];
      e = d, d = c, c = std::rotl(b, 30), b = a, a = sum;
    }
    const std::array<std::uint32_t, 5> sums{a, b, c, d, e};
    for (size_t i = 0; i < 5; ++i) state[i] += sums[i];
  }
  return state;
}

}  // namespace mho
