// SPDX-License-Identifier: Apache-2.0
// The kernels of core/nn/kernels/kernels.hpp that a training step runs over its weights.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/base/random.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "tests/noise_checks.hpp"

using namespace mho;

namespace {

std::vector<const Kernels*> sets(bool with_reference) {
  const auto list = available_kernels();
  return {list.sets + (with_reference ? 0 : 1), list.sets + list.count};
}

std::vector<float> normals(size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  fill_normal(RandomKey(seed), values);
  return values;
}

/// Standard normals as the weights of a rows x columns layer get them; padding stripped.
std::vector<float> weight_noise(const Kernels& set, int rows, int columns, RandomKey key,
                                std::uint32_t stream) {
  const int width = padded_columns(columns);
  const std::vector<float> from(static_cast<size_t>(rows * columns), 0.0f),
      scale(static_cast<size_t>(columns), 1.0f);
  FloatBuffer to(static_cast<size_t>(rows * width));
  set.noisy_copy({from.data(), scale.data(), to.data(), width, rows, columns, 1.0f, key.value(), stream});
  std::vector<float> noise;
  for (int r = 0; r < rows; ++r)
    noise.insert(noise.end(), to.begin() + r * width, to.begin() + r * width + columns);
  return noise;
}

}  // namespace

TEST_CASE("weight noise is standard normal") {
  for (const auto* set : sets(false)) {
    INFO(set->name);
    check_standard_normal(weight_noise(*set, 1 << 12, 1 << 8, RandomKey(7), 0));
  }
}

TEST_CASE("weight noise of neighbours, rows, streams and keys is uncorrelated, and so are its squares") {
  const int rows = 1024, columns = GENERATE(256, 10);
  for (const auto* set : sets(true)) {
    INFO(set->name << " columns " << columns);
    auto a = weight_noise(*set, rows, columns, RandomKey(1).with("step", 1), 0);
    CHECK(a == weight_noise(*set, rows, columns, RandomKey(1).with("step", 1), 0));
    auto stream = weight_noise(*set, rows, columns, RandomKey(1).with("step", 1), 1);
    auto key = weight_noise(*set, rows, columns, RandomKey(1).with("step", 2), 0);
    const double bound = 5 / std::sqrt(double(a.size()));
    for (const size_t lag : {1, 2, 8, 16, 32, 64, columns})
      CHECK(std::abs(correlation(a, a, lag)) < 1.01 * bound);
    CHECK(std::abs(correlation(a, stream)) < bound);
    CHECK(std::abs(correlation(a, key)) < bound);
    for (auto* v : {&a, &stream, &key}) *v = centred_squares(*v);
    for (const size_t lag : {1, 16, columns}) CHECK(std::abs(correlation(a, a, lag)) < 1.01 * bound);
    CHECK(std::abs(correlation(a, stream)) < bound);
    CHECK(std::abs(correlation(a, key)) < bound);
  }
}

TEST_CASE("far tails of weight noise are those of a normal") {
  // 2^26 numbers: 38 beyond 5 sigma are expected on both sides together; 5 standard errors. Neither generator
  // draws beyond 6.7.
  const auto& set = kernels();
  double beyond = 0;
  float largest = 0;
  for (std::uint32_t stream = 0; stream < 16; ++stream)
    for (const float x : weight_noise(set, 1 << 14, 1 << 8, RandomKey(3), stream)) {
      beyond += std::abs(x) > 5;
      largest = std::max(largest, std::abs(x));
    }
  const double expected = std::ldexp(5.733e-7, 26);
  CHECK(std::abs(beyond - expected) < 5 * std::sqrt(expected));
  CHECK(largest < 6.7f);
}

TEST_CASE("a copy without noise is the scaled weights") {
  const int rows = 5, columns = GENERATE(1, 10, 16, 40, 64), width = padded_columns(columns);
  const auto from = normals(static_cast<size_t>(rows * columns), 1);
  const auto scale = normals(static_cast<size_t>(columns), 2);
  for (const auto* set : sets(true)) {
    INFO(set->name << " columns " << columns);
    FloatBuffer to(static_cast<size_t>(rows * width));
    set->noisy_copy({from.data(), scale.data(), to.data(), width, rows, columns, 0.0f, 1, 0});
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c)
        CHECK(
            to[static_cast<size_t>(r * width + c)] ==
            Approx(from[static_cast<size_t>(r * columns + c)] * scale[static_cast<size_t>(c)]).margin(1e-12));
  }
}

TEST_CASE("a gradient step agrees with the reference and returns the moments of the new weights") {
  const size_t count = static_cast<size_t>(GENERATE(0, 1, 15, 64, 5000, 12345));
  const auto gradient = normals(count, 1), before = normals(count, 2), speed = normals(count, 3);
  const SgdUpdate update{0.1f, 0.9f, 0.01f};
  auto wanted = before, wanted_speed = speed;
  reference_kernels().sgd(update, gradient.data(), count, wanted.data(), wanted_speed.data());
  if (count > 0) {  // by hand: g = 0.01 w + gradient, v = 0.9 v + g, w -= 0.1 (g + 0.9 v)
    const double g = gradient[0] + 0.01 * before[0], v = 0.9 * speed[0] + g;
    CHECK(wanted_speed[0] == Approx(v));
    CHECK(wanted[0] == Approx(before[0] - 0.1 * (g + 0.9 * v)));
  }
  double sum = 0, square = 0;
  for (const double w : wanted) {
    sum += w;
    square += w * w;
  }
  for (const auto* set : sets(true)) {
    INFO(set->name << " count " << count);
    auto got = before, got_speed = speed;
    const Moments found = set->sgd(update, gradient.data(), count, got.data(), got_speed.data());
    for (size_t i = 0; i < count; ++i) {
      CHECK(got[i] == Approx(wanted[i]).margin(1e-6));
      CHECK(got_speed[i] == Approx(wanted_speed[i]).margin(1e-6));
    }
    const Moments direct = set->moments(got.data(), count);
    CHECK(direct.sum == found.sum);
    CHECK(direct.square == found.square);
    CHECK(found.sum == Approx(sum).margin(1e-3));
    CHECK(found.square == Approx(square).epsilon(1e-5));
  }
}

TEST_CASE("clipping touches what is beyond the limit only") {
  const size_t count = static_cast<size_t>(GENERATE(0, 1, 16, 100));
  const auto before = normals(count, 4);
  for (const auto* set : sets(true)) {
    INFO(set->name << " count " << count);
    auto got = before;
    set->clip(0.7f, count, got.data());
    for (size_t i = 0; i < count; ++i) CHECK(got[i] == std::clamp(before[i], -0.7f, 0.7f));
  }
}
