// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/tile_io.hpp"

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("backward converters have their own bits and noise, and round as the forward ones do") {
  HardwareConfig hardware;
  hardware.effects.backward_dac_bits = 5;
  hardware.effects.backward_output_noise = 0.1;
  CHECK_FALSE(transposed_io(hardware).stochastic_input);
  CHECK(transposed_io(hardware).output_noise == 0.1f);
  CHECK(transposed_io(hardware).abs_max);
  hardware.effects.input_rounding = Rounding::stochastic;
  CHECK(forward_io(hardware, 1).stochastic_input);
  CHECK(transposed_io(hardware).stochastic_input);
}
