// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/write_counts.hpp"

#include "core/analog/tile/crossbar_matrix.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("Writes are counted over all devices") {
  auto hardware = exact_chip();
  hardware.device_parameters.constant_step.budget = {1000, 1e-12, 2e-12};
  const auto model = make_device_model("constant_step", 30, hardware.device_parameters);
  const std::vector<float> zeros(2000, 0.0f), scales(40, 1.0f);
  CrossbarMatrix matrix(map_to_conductances(zeros, 50, 40, hardware, model->range(), scales), hardware,
                        *model, RandomKey(1));
  CHECK(count_writes({&matrix}, 2000, 10, *model).pulses_per_device.max == 0);
  const std::vector<DevicePulses> pulses{{0, 5}, {0, -3}, {1, 2}, {2, -1}};
  matrix.move(pulses, RandomKey(2));
  const auto writes = count_writes({&matrix}, 2000, 10, *model);
  CHECK(writes.pulses_per_device.mean == Approx(11.0 / 2000));
  CHECK(writes.pulses_per_device.max == 8);
  CHECK(writes.pulses_per_device.p999 == 1);  // the 1998th of 2000
  CHECK(writes.events_per_device.max == 2);
  CHECK(writes.events_per_weight_sample == Approx(4.0 / 2000 / 10));
  CHECK(writes.endurance_share == Approx(8.0 / 1000));
  CHECK(writes.update_energy_low_j == Approx(11e-12));
  CHECK(writes.update_energy_high_j == Approx(22e-12));
  CHECK(writes.pulse_histogram == std::vector<std::int64_t>{1997, 1, 1, 0, 1});
}

TEST_CASE("What is not known of a device is zero") {
  const auto hardware = exact_chip();
  const auto model = make_device_model("constant_step", 30, hardware.device_parameters);
  CHECK(count_writes({}, 0, 0, *model).endurance_share == 0);
}
