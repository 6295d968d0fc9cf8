// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/log_grid.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace mho;

namespace {

FloatBuffer drawn(size_t count, std::uint64_t seed) {
  FloatBuffer values(count);
  fill_normal(RandomKey(seed), {values.data(), values.size()});
  return values;
}

}  // namespace

TEST_CASE("After a step every weight lies on the grid and has kept its sign") {
  auto weights = drawn(1000, 1);
  const auto before = weights;
  const LogGrid grid(weights);
  FloatBuffer square(weights.size(), 0.0f);
  grid.step(drawn(1000, 2), 1.0 / 16, 1, RandomKey(3), square, weights);
  for (size_t i = 0; i < weights.size(); ++i) {
    const float exponent = grid.exponent(weights[i]);
    REQUIRE(exponent == Approx(std::nearbyint(exponent)).margin(1e-3));
    REQUIRE(std::signbit(weights[i]) == std::signbit(before[i]));
    REQUIRE(grid.weight(static_cast<int>(std::nearbyint(exponent)), std::signbit(weights[i])) ==
            Approx(weights[i]));
  }
}

TEST_CASE("Steps far below the grid are right on average and lower the loss' direction") {
  FloatBuffer weights(20000, 0.5f);
  const LogGrid grid(weights);
  FloatBuffer square(weights.size(), 0.0f);
  const double start = grid.exponent(0.5f);  // 3 times the root mean square is full: 8 log2(3)
  CHECK(start == Approx(8 * std::log2(3.0)).margin(1e-4));
  grid.step(FloatBuffer(weights.size(), 0.2f), 1.0 / 128, 1, RandomKey(3), square, weights);
  double mean = 0;
  for (const float w : weights) mean += grid.exponent(w) / static_cast<double>(weights.size());
  // g over its root is 1: 8 / 128 of a place down in size; a place is 0 or 1 off, so 3 sigma are
  // 1.5 / sqrt(20000).
  CHECK(mean - start == Approx(1.0 / 16).margin(1.5 / std::sqrt(20000)));
}

TEST_CASE("A gradient that is no number leaves weights that are") {
  FloatBuffer weights(4, 0.5f);
  const LogGrid grid(weights);
  FloatBuffer square(4, 0.0f);
  grid.step(FloatBuffer(4, NAN), 0.1, 1, RandomKey(3), square, weights);
  for (const float w : weights) CHECK(std::isfinite(w));
}
