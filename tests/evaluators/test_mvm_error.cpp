// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/mvm_error.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("Ideal devices multiply exactly") {
  HardwareConfig hardware;
  hardware.device = "ideal";
  for (const auto& error :
       mvm_errors(normal_weights(48, 2.5, RandomKey(1)), hardware, {1, 86400}, 2, RandomKey(2))) {
    CHECK(error.raw.mean < 1e-6);
    CHECK(error.compensated.mean < 1e-6);
  }
}

TEST_CASE("R7: relative errors of products have the reference values of devices that keep their identity") {
  // 512 x 512 normal weights cut at 2.5 deviations. The reference's deviation over seeds is 0.0003, that of
  // its mean over ten 0.0001; the bound is five of the difference's for four programmings of one matrix,
  // 0.0009.
  HardwareConfig hardware;
  const auto errors =
      mvm_errors(normal_weights(512, 2.5, RandomKey(1)), hardware, {0, 86400, 2592000}, 4, RandomKey(2));
  const double golden[] = {.0988, .1296, .1512};
  for (size_t t = 0; t < 3; ++t) CHECK(errors[t].compensated.mean == Approx(golden[t]).margin(.0009));
  CHECK(errors[0].raw.mean == Approx(golden[0]).margin(.0009));
  CHECK(errors[1].raw.mean > 2 * errors[1].compensated.mean);
}

TEST_CASE("A time that the device does not know is refused") {
  HardwareConfig hardware;
  hardware.device = "reram_wan2022";
  hardware.g_max_us = 0;
  CHECK_THROWS_AS(mvm_errors(normal_weights(8, 2.5, RandomKey(1)), hardware, {3600}, 2, RandomKey(2)),
                  ConfigError);
}
