// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

using Block = std::array<std::uint32_t, 4>;

std::vector<float> normals(RandomKey key, size_t count) {
  std::vector<float> values(count);
  fill_normal(key, values);
  return values;
}

double mean_power(const std::vector<float>& values, int power) {
  double sum = 0;
  for (const double value : values) sum += std::pow(value, power);
  return sum / static_cast<double>(values.size());
}

/// Kolmogorov-Smirnov distance to the standard normal.
double ks_distance(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  double distance = 0;
  const auto n = static_cast<double>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double cdf = 0.5 * std::erfc(-static_cast<double>(values[i]) / std::sqrt(2.0));
    distance = std::max({distance, cdf - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - cdf});
  }
  return distance;
}

}  // namespace

// Known answers of the Random123 library (kat_vectors, "philox4x32 10").
TEST_CASE("Philox gives Random123's known answers") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("A keyed block is Philox of the key's two halves and the counter") {
  const RandomKey key(5);
  const auto low = static_cast<std::uint32_t>(key.value()),
             high = static_cast<std::uint32_t>(key.value() >> 32);
  CHECK(philox(key, 0x100000002ull) == philox4x32({2, 1, 0, 0}, {low, high}));
}

TEST_CASE("Keys of different purposes, indices and seeds differ") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const Purpose purpose : {Purpose("weight"), Purpose("noise"), Purpose("split"), Purpose("")})
      for (std::uint64_t index = 0; index < 100; ++index)
        seen.insert(RandomKey(seed).with(purpose, index).value());
  CHECK(seen.size() == 20 * 4 * 100);
  CHECK(RandomKey(1).with("a", 2).value() == RandomKey(1).with(std::string("a"), 2).value());
  CHECK(RandomKey(1).with("a").with("b").value() != RandomKey(1).with("b").with("a").value());
}

// n = 400 000: the standard errors of the first four moments are 1/sqrt(n), sqrt(2/n), sqrt(15/n),
// sqrt(96/n).
TEST_CASE("The moments of the normals lie within five standard errors") {
  const auto values = normals(RandomKey(11).with("moments"), 400'000);
  const double n = 400'000;
  CHECK(std::abs(mean_power(values, 1)) < 5 * std::sqrt(1 / n));
  CHECK(std::abs(mean_power(values, 2) - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs(mean_power(values, 3)) < 5 * std::sqrt(15 / n));
  CHECK(std::abs(mean_power(values, 4) - 3) < 5 * std::sqrt(96 / n));
}

// P(sqrt(n) D > 1.95) = 0.001 (Kolmogorov's distribution).
TEST_CASE("The normals pass a Kolmogorov-Smirnov test, filled or drawn one by one") {
  CHECK(ks_distance(normals(RandomKey(12).with("ks"), 100'000)) < 1.95 / std::sqrt(100'000.0));
  Random random(RandomKey(13).with("ks"));
  std::vector<float> drawn(100'000);
  for (auto& value : drawn) value = static_cast<float>(random.normal());
  CHECK(ks_distance(drawn) < 1.95 / std::sqrt(100'000.0));
}

// The correlation of independent samples has a standard deviation of 1/sqrt(n).
TEST_CASE("Streams of neighbouring keys are not correlated") {
  const size_t n = 100'000;
  const RandomKey base(14);
  const auto reference = normals(base.with("stream", 0), n);
  for (const RandomKey& other :
       {base.with("stream", 1), base.with("streams", 0), RandomKey(15).with("stream", 0)}) {
    const auto values = normals(other, n);
    double correlation = 0;
    for (size_t i = 0; i < n; ++i) correlation += static_cast<double>(reference[i]) * values[i];
    CHECK(std::abs(correlation / static_cast<double>(n)) < 5 / std::sqrt(static_cast<double>(n)));
  }
}

TEST_CASE("Normals filled in pieces equal those filled at once") {
  const RandomKey key = RandomKey(16).with("pieces");
  const auto whole = normals(key, 1003);
  for (const size_t cut : {64u, 128u, 512u, 960u}) {
    std::vector<float> pieces(1003);
    const std::span<float> all(pieces);
    fill_normal(key, all.subspan(cut), cut);
    fill_normal(key, all.first(cut));
    CHECK(pieces == whole);
  }
}

TEST_CASE("Few normals are the first of many") {
  std::vector<float> many(256);
  fill_normal(RandomKey(9), many);
  for (const size_t count : {1, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 96, 97}) {
    std::vector<float> few(count, -1);
    fill_normal(RandomKey(9), few);
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
  }
}

TEST_CASE("An offset between two blocks is refused") {
  std::vector<float> values(8);
  CHECK_THROWS_AS(fill_normal(RandomKey(1), values, 6), InputError);
  CHECK_THROWS_WITH(fill_normal(RandomKey(1), values, 6),
                    ContainsSubstring("expected a multiple of 64, got 6"));
}

TEST_CASE("Centred uniform numbers have mean 0, variance 1/12, and depend on key and place only") {
  std::vector<float> values(100'003), part(50);
  fill_centred_uniform(RandomKey(5), values);
  fill_centred_uniform(RandomKey(5), part);
  CHECK(std::equal(part.begin(), part.end(), values.begin()));
  double sum = 0, squares = 0;
  for (const float v : values) {
    REQUIRE(std::abs(v) < 0.5f);
    sum += v;
    squares += double(v) * v;
  }
  const double n = static_cast<double>(values.size());
  CHECK(std::abs(sum / n) < 5 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(squares / n - 1.0 / 12) < 5 * std::sqrt(1.0 / 180 / n));  // variance of v^2 is 1/180
  fill_centred_uniform(RandomKey(6), part);
  CHECK_FALSE(std::equal(part.begin(), part.end(), values.begin()));
}

TEST_CASE("Centred uniform numbers are the upper 23 bits of Philox's blocks, in every instruction set") {
  for (const size_t count : {1, 4, 63, 64, 65, 200}) {
    std::vector<float> values(count);
    fill_centred_uniform(RandomKey(9), values);
    for (size_t i = 0; i < count; ++i) {
      const auto bits = philox(RandomKey(9), i / 4)[i % 4];
      REQUIRE(values[i] == (static_cast<float>(bits >> 9) + 0.5f) * 0x1p-23f - 0.5f);
    }
  }
}

TEST_CASE("Uniform numbers lie in [0, 1) with mean 1/2") {
  Random random(RandomKey(17));
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.uniform();
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    sum += value;
  }
  CHECK(std::abs(sum / 100'000 - 0.5) < 5 * std::sqrt(1.0 / 12 / 100'000));
}

// Each count is binomial: standard deviation sqrt(n p (1 - p)) = 91 for n = 60 000, p = 1/6.
TEST_CASE("Whole numbers reach both ends equally often, over any range") {
  Random random(RandomKey(18));
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts.at(static_cast<size_t>(random.integer(-2, 3) + 2));
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 5 * 91.3);
  CHECK(random.integer(4, 4) == 4);
  const int low = std::numeric_limits<int>::min(), high = std::numeric_limits<int>::max();
  int negative = 0;
  for (int i = 0; i < 1000; ++i) negative += random.integer(low, high) < 0;
  CHECK(std::abs(negative - 500) < 5 * std::sqrt(250.0));
}

TEST_CASE("A shuffle keeps the elements, depends on the key and gives each order equally often") {
  std::vector<int> values(50), sorted(50);
  for (int i = 0; i < 50; ++i) values[static_cast<size_t>(i)] = sorted[static_cast<size_t>(i)] = i;
  auto other = values;
  Random(RandomKey(19)).shuffle(std::span<int>(values));
  Random(RandomKey(20)).shuffle(std::span<int>(other));
  CHECK(values != other);
  std::sort(other.begin(), other.end());
  CHECK(other == sorted);
  std::array<int, 6> orders{};  // of three elements, by first element and the order of the rest
  Random random(RandomKey(21));
  for (int i = 0; i < 60'000; ++i) {
    std::array<int, 3> three{0, 1, 2};
    random.shuffle(std::span<int>(three));
    ++orders.at(static_cast<size_t>(2 * three[0] + (three[1] < three[2])));
  }
  for (const int count : orders) CHECK(std::abs(count - 10'000) < 5 * 91.3);
}
