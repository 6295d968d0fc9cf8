// SPDX-License-Identifier: Apache-2.0
#include "core/data/normalisation.hpp"

#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("Mean and deviation are per channel and those of the values, for each type") {
  // channel 0: 1 3 5 7 (mean 4, variance 5); channel 1: constant
  const std::vector<std::uint8_t> bytes{1, 9, 3, 9, 5, 9, 7, 9};
  const std::vector<float> floats(bytes.begin(), bytes.end());
  NpyArray signed_bytes =
      NpyArray::from(std::vector<std::uint8_t>{0xff, 9, 0xfd, 9, 0xfb, 9, 0xf9, 9}, {2, 2, 1, 2});
  signed_bytes.dtype = "|i1";
  const auto check = [](const NpyArray& images, double mean) {
    const auto result = measure_normalisation(images, "x");
    REQUIRE(result.mean.size() == 2);
    CHECK(result.mean[0] == Approx(mean));
    CHECK(result.mean[1] == Approx(9));
    CHECK(result.standard_deviation[0] == Approx(std::sqrt(5.0)));
    CHECK(result.standard_deviation[1] == 1);
  };
  check(NpyArray::from(bytes, {2, 2, 1, 2}), 4);
  check(NpyArray::from(floats, {2, 2, 1, 2}), 4);
  check(signed_bytes, -4);
}

TEST_CASE("Bytes and the same values as floats become the same samples, with mean 0 and variance 1") {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 600; ++i) bytes.push_back(static_cast<std::uint8_t>(i * i % 251));
  const RawSamples from_bytes{NpyArray::from(bytes, {50, 2, 2, 3}), std::vector<int>(50)};
  const RawSamples from_floats{NpyArray::from(std::vector<float>(bytes.begin(), bytes.end()), {50, 2, 2, 3}),
                               std::vector<int>(50)};
  const auto a = normalise(from_bytes, spread_indices(from_bytes.labels, 0),
                           measure_normalisation(from_bytes.images, ""));
  const auto b = normalise(from_floats, spread_indices(from_floats.labels, 0),
                           measure_normalisation(from_floats.images, ""));
  REQUIRE(a.images.size() == 600);
  for (size_t i = 0; i < 600; ++i) REQUIRE(a.images[i] == Approx(b.images[i]).margin(1e-6));
  for (size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (size_t i = c; i < 600; i += 3) sum += a.images[i], squares += std::pow(a.images[i], 2);
    CHECK(std::abs(sum / 200) < 1e-6);
    CHECK(squares / 200 == Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("Only the chosen samples are taken, in their order") {
  const RawSamples raw{NpyArray::from(std::vector<float>{0, 1, 10, 11, 20, 21}, {3, 1, 2, 1}), {5, 6, 7}};
  const auto samples = normalise(raw, {0, 2}, {{1}, {2}});
  CHECK(samples.labels == std::vector<int>{5, 7});
  CHECK(samples.images == std::vector<float>{-0.5f, 0, 9.5f, 10});
  CHECK(samples.height == 1);
  CHECK(samples.width == 2);
}

TEST_CASE("Values that are not finite are refused") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const auto images = NpyArray::from(std::vector<float>{1, bad, 3}, {3, 1, 1, 1});
    CHECK_THROWS_AS(measure_normalisation(images, "set"), DataError);
    CHECK_THROWS_WITH(measure_normalisation(images, "set"),
                      ContainsSubstring("set: training images, channel 0: expected finite"));
  }
}
