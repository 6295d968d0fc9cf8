// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "core/base/error.hpp"
#include "core/base/vector/instruction_set.hpp"

namespace mho {
namespace {

/// splitmix64's finaliser: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

/// Two standard normals from two 32-bit numbers (Box-Muller).
std::array<double, 2> box_muller(std::uint32_t a, std::uint32_t b) {
  const double radius = std::sqrt(-2.0 * std::log((a + 0.5) * 0x1p-32));
  const double angle = 2.0 * std::numbers::pi * ((b + 0.5) * 0x1p-32);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace

RandomKey::RandomKey(std::uint64_t seed) : value_(mix(seed)) {}

RandomKey RandomKey::with(Purpose purpose, std::uint64_t index) const {
  RandomKey key = *this;
  key.value_ = mix(mix(value_ ^ purpose.hash()) ^ mix(index));
  return key;
}

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = 0xD2511F53ull * c[0], p1 = 0xCD9E8D57ull * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return c;
}

std::array<std::uint32_t, 4> philox(RandomKey key, std::uint64_t counter) {
  return philox4x32({static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0},
                    {static_cast<std::uint32_t>(key.value()), static_cast<std::uint32_t>(key.value() >> 32)});
}

std::uint32_t Random::bits() {
  if (used_ == 4) {
    block_ = philox(key_, counter_++);
    used_ = 0;
  }
  return block_[static_cast<size_t>(used_++)];
}

double Random::uniform() {
  const std::uint64_t high = bits(), low = bits();
  return static_cast<double>(((high << 32) | low) >> 11) * 0x1p-53;
}

int Random::integer(int low, int high) {
  const double width = static_cast<double>(high) - low + 1;  // at most 2^32: exact in 53 bits
  return static_cast<int>(low + static_cast<std::int64_t>(uniform() * width));
}

double Random::normal() {
  const std::uint32_t a = bits(), b = bits();
  return box_muller(a, b)[0];
}

// Each fill_normal_*.cpp compiles vector/fill_normal.inl for one instruction set.
void fill_normal_portable(std::uint64_t key, std::uint64_t offset, float* values, std::size_t count);
#if defined(__x86_64__)
void fill_normal_avx2(std::uint64_t key, std::uint64_t offset, float* values, std::size_t count);
void fill_normal_avx512(std::uint64_t key, std::uint64_t offset, float* values, std::size_t count);
#endif

void fill_normal(RandomKey key, std::span<float> values, std::uint64_t offset) {
  if (offset % 64 != 0)
    throw InputError("fill_normal: offset: expected a multiple of 64, got " + std::to_string(offset));
  static const auto fill = [] {
#if defined(__x86_64__)
    if (instruction_set() == InstructionSet::avx512) return fill_normal_avx512;
    if (instruction_set() == InstructionSet::avx2) return fill_normal_avx2;
#endif
    return fill_normal_portable;
  }();
  fill(key.value(), offset, values.data(), values.size());
}

// Each centred_uniform_*.cpp compiles vector/centred_uniform.inl for one instruction set.
void fill_centred_uniform_portable(std::uint64_t key, float* values, std::size_t count);
#if defined(__x86_64__)
void fill_centred_uniform_avx2(std::uint64_t key, float* values, std::size_t count);
void fill_centred_uniform_avx512(std::uint64_t key, float* values, std::size_t count);
#endif

void fill_centred_uniform(RandomKey key, std::span<float> values) {
  static const auto fill = [] {
#if defined(__x86_64__)
    if (instruction_set() == InstructionSet::avx512) return fill_centred_uniform_avx512;
    if (instruction_set() == InstructionSet::avx2) return fill_centred_uniform_avx2;
#endif
    return fill_centred_uniform_portable;
  }();
  fill(key.value(), values.data(), values.size());
}

}  // namespace mho
