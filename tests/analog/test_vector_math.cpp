// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/vector_math.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("vector_exp is within 2e-7 of the exponential") {
  CHECK(vector_exp(0.0f) == 1.0f);
  double worst = 0;
  for (int i = -870000; i <= 880000; ++i) {
    const float x = static_cast<float>(i) * 1e-4f;
    worst = std::max(worst, std::fabs(vector_exp(x) / std::exp(static_cast<double>(x)) - 1));
  }
  CHECK(worst < 2e-7);
}

TEST_CASE("vector_log is within 2e-7 of the logarithm and finite at 0") {
  CHECK(vector_log(1.0f) == 0.0f);
  CHECK(vector_log(0.0f) == Approx(-88.0).margin(0.1));
  CHECK(vector_log(-0.0f) == vector_log(0.0f));
  double worst = 0;
  for (int i = -30000; i <= 30000; ++i) {
    const auto x = static_cast<float>(std::exp(i * 1e-3));
    const double exact = std::log(static_cast<double>(x));
    worst = std::max(worst, std::fabs(vector_log(x) - exact) / std::max(1.0, std::fabs(exact)));
  }
  CHECK(worst < 2e-7);
}

TEST_CASE("clip holds values between its bounds, also negative ones") {
  CHECK(clip(0.3f, 0.1f, 0.5f) == 0.3f);
  CHECK(clip(-7.0f, 0.1f, 0.5f) == 0.1f);
  CHECK(clip(0.05f, 0.1f, 0.5f) == 0.1f);
  CHECK(clip(9.0f, 0.1f, 0.5f) == 0.5f);
  CHECK(clip(-0.0f, 0.0f, 0.5f) == 0.0f);
}
