// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/update.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "core/analog/vector/pulse_trains.hpp"
#include "core/base/error.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Pulses of each of rows x columns devices, summed over `times` updates.
std::vector<double> total(const std::vector<float>& x, const std::vector<float>& d,
                          const UpdateConfig& config, int times) {
  std::vector<double> sums(x.size() * d.size(), 0.0);
  std::vector<DevicePulses> pulses;
  for (int t = 0; t < times; ++t) {
    pulses.clear();
    append_pulses(
        {.x = x.data(),
         .d = d.data(),
         .rows = static_cast<int>(x.size()),
         .columns = static_cast<int>(d.size()),
         .stride = d.size()},
        config, [&](int) { return RandomKey(1).with("update", static_cast<std::uint64_t>(t)); }, pulses);
    for (const auto& p : pulses) sums[p.device] += p.count;
  }
  return sums;
}

}  // namespace

TEST_CASE("Pulse trains coincide x d times on average, with and without the managements") {
  const std::vector<float> x{0.9f, -0.4f, 0, 0.05f}, d{0.5f, -1.2f, 0.01f};
  const int times = 40000;
  for (const bool update_management : {false, true})
    for (const bool length_management : {false, true}) {
      const UpdateConfig config{true, 31, update_management, length_management};
      const auto sums = total(x, d, config, times);
      for (size_t r = 0; r < x.size(); ++r)
        for (size_t c = 0; c < d.size(); ++c) {
          // Each of at most 31 slots coincides with p = |x d| / BL, more where the managed trains are short:
          // the variance of one update is at most |x d| (1 + |x d|).
          const double mean = -x[r] * d[c], variance = std::fabs(mean) * (1 + std::fabs(mean));
          CHECK(sums[r * d.size() + c] / times ==
                Approx(mean).margin(5 * std::sqrt(variance / times) + 1e-12));
        }
    }
}

TEST_CASE("A mini-batch's pulses are those of its vectors, in their order on every device") {
  const int vectors = 5, rows = 19, columns = 21;  // ends that fill no register
  std::vector<float> x(vectors * rows), d(vectors * columns);
  fill_normal(RandomKey(2), x);
  fill_normal(RandomKey(3), d);
  for (size_t i = 0; i < x.size(); i += 3) x[i] = 0;
  std::fill(d.begin() + 2 * columns, d.begin() + 3 * columns, 0.0f);  // one vector has no error
  const float scale = GENERATE(0.05f, 4.0f);                          // trains of one slot, and of many
  for (float& value : d) value *= scale;
  const UpdateConfig config{.train_length = 40};
  const auto key_of = [](int v) { return RandomKey(4).with("vector", static_cast<std::uint64_t>(v)); };
  TileUpdate all{x.data(), d.data(), vectors, rows, rows, columns, 7, 30};
  std::vector<DevicePulses> together;
  append_pulses(all, config, key_of, together);
  CHECK(std::is_sorted(together.begin(), together.end(), [](const auto& a, const auto& b) {
    return (a.device - 7) / 30 < (b.device - 7) / 30;
  }));
  std::map<std::uint32_t, std::vector<std::int32_t>> expected, found;
  for (int v = 0; v < vectors; ++v) {
    std::vector<DevicePulses> alone;
    append_pulses(
        {x.data() + v * rows, d.data() + v * columns, 1, rows, rows, columns, 7, 30}, config,
        [&](int) { return key_of(v); }, alone);
    for (const auto& p : alone) expected[p.device].push_back(p.count);
  }
  for (const auto& p : together) found[p.device].push_back(p.count);
  CHECK(found == expected);
  CHECK(found.size() > 20);
}

TEST_CASE("Trains and where they meet are what plain loops give") {
  const int length = GENERATE(1, 2, 16, 17, 63);
  std::vector<float> values(37), thresholds(37), uniform(37 * 63);
  fill_normal(RandomKey(5), values);
  for (size_t i = 0; i < values.size(); i += 4) values[i] = 0;
  fill_centred_uniform(RandomKey(6), thresholds);
  fill_centred_uniform(RandomKey(7), uniform);
  std::vector<PulseTrain> trains(37, 99);
  draw_trains({values.data(), thresholds.data(), 37, length, uniform.data()}, trains.data());
  const float* next = uniform.data();
  for (size_t i = 0; i < trains.size(); ++i) {
    PulseTrain expected = values[i] < 0 ? pushes_down : 0;
    for (int slot = 0; slot < length && values[i] != 0; ++slot)
      expected |= PulseTrain{*next++ < thresholds[i]} << slot;
    REQUIRE(trains[i] == expected);
  }
  std::vector<DevicePulses> to(2 * 18), expected;
  const auto count = coincide({trains.data(), 1, trains.data() + 1, 2, 18, 1000}, to.data());
  for (size_t v = 0; v < 2; ++v)
    for (size_t c = 0; c < 18; ++c) {
      const PulseTrain a = trains[v], b = trains[1 + v * 18 + c];
      const int met = std::popcount(a & b & ~pushes_down);
      if (met > 0)
        expected.push_back({1000 + static_cast<std::uint32_t>(c), (a >> 63) != (b >> 63) ? met : -met});
    }
  REQUIRE(count == expected.size());
  for (size_t i = 0; i < count; ++i) {
    CHECK(to[i].device == expected[i].device);
    CHECK(to[i].count == expected[i].count);
  }
}

TEST_CASE("Deterministic updates are the nearest whole numbers of pulses") {
  const std::vector<float> x{2, -1, 0}, d{1.2f, -0.4f, 3};
  const UpdateConfig config{.stochastic = false};
  const auto sums = total(x, d, config, 1);
  CHECK(sums == std::vector<double>{-2, 1, -6, 1, 0, 3, 0, 0, 0});
}

TEST_CASE("Full trains carry no more than their length") {
  const std::vector<float> x{100}, d{100};
  CHECK(total(x, d, {true, 10, true, true}, 1) == std::vector<double>{-10});
}

TEST_CASE("Lengths of trains that no word holds are refused") {
  std::vector<DevicePulses> pulses;
  for (const int length : {0, 64})
    CHECK_THROWS_AS(append_pulses(
                        {}, {true, length, true, true}, [](int) { return RandomKey(1); }, pulses),
                    ConfigError);
}

TEST_CASE("An update beyond all measure asks for no more pulses than the finest device has states") {
  const std::vector<float> x{1e20f}, d{1e20f};
  CHECK(total(x, d, {.stochastic = false}, 1) == std::vector<double>{-1e6});
  CHECK(total(x, d, {true, 10, true, true}, 1) == std::vector<double>{-10});
}
