// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mho {

/// What a stream of random numbers is for: the FNV-1a hash of its name, which the compiler computes where
/// that is a literal.
class Purpose {
 public:
  template <std::size_t N>
  consteval Purpose(const char (&name)[N]) : hash_(hash_of({name, N - 1})) {}
  Purpose(std::string_view name) : hash_(hash_of(name)) {}
  Purpose(const std::string& name) : hash_(hash_of(name)) {}
  std::uint64_t hash() const { return hash_; }

 private:
  static constexpr std::uint64_t hash_of(std::string_view name) {
    std::uint64_t h = 0xcbf29ce484222325ull;
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return h;
  }

  std::uint64_t hash_;
};

/// Names one stream of random numbers: the same key gives the same numbers on any machine, for any number of
/// threads and after a resume. Keys are made from the run's seed by `with`, one step for each thing that
/// tells two streams apart: `RandomKey(seed).with("trial", 7).with("weight noise", step)`.
class RandomKey {
 public:
  explicit RandomKey(std::uint64_t seed);
  /// The key of a part of this stream; keys with different purposes or indices are independent.
  RandomKey with(Purpose purpose, std::uint64_t index = 0) const;
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_;
};

/// Philox4x32-10 (Salmon et al., SC 2011), the bare block function of a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// philox4x32 as this library uses it: the four 32-bit numbers at `counter` of the stream `key`.
std::array<std::uint32_t, 4> philox(RandomKey key, std::uint64_t counter);

/// Draws from a keyed stream one after the other. Small, copyable, no hidden state beyond (key, position).
class Random {
 public:
  explicit Random(RandomKey key) : key_(key) {}
  std::uint32_t bits();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform whole number in [low, high]; low <= high.
  int integer(int low, int high);
  /// Standard normal, Box-Muller in double precision.
  double normal();
  bool chance(double probability) { return uniform() < probability; }
  /// Fisher-Yates.
  template <class T>
  void shuffle(std::span<T> values) {
    for (size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[static_cast<size_t>(integer(0, static_cast<int>(i) - 1))]);
  }

 private:
  RandomKey key_;
  std::uint64_t counter_ = 0;
  int used_ = 4;
  std::array<std::uint32_t, 4> block_{};
};

/// Fills `values` with standard normals; element i depends on (key, offset + i) only, so a range can be drawn
/// in pieces, in any order. `offset` must be a multiple of 64 (InputError otherwise). Vectorised: the last
/// bits differ between instruction sets.
void fill_normal(RandomKey key, std::span<float> values, std::uint64_t offset = 0);

/// Fills `values` with numbers uniform in (-1/2, 1/2); element i depends on (key, i) only.
void fill_centred_uniform(RandomKey key, std::span<float> values);

}  // namespace mho
