// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parsers/parsers.hpp"

#include "core/analog/devices/device_model.hpp"
#include "fuzz/parsers/inputs.hpp"

namespace mho::fuzz {

/// Read, and made a device of.
Parser device_table() {
  const InputFile file(".csv");
  const auto read = [file](const std::string& text) {
    DeviceParameters parameters;
    parameters.table.file = file.write(text).string();
    const auto model = make_device_model("table", 0, parameters);
    expect(model->range().max_us > 0, "a device without conductance");
  };
  return {"device_table",
          {"# measured\ng_us, sigma_us, nu_mean, nu_deviation, read_noise\n0, 0.5, 0.05, 0.01, 0.02\n"
           "12.5, 0.9, 0.04, 0.01, 0.01\n25, 1.1, 0.03, 0.005, 0.01\n",
           "g_us,sigma_us\n0,1\n10,2\n"},
          read};
}

/// Read, fitted, and pulsed.
Parser pulse_table() {
  const InputFile file(".csv");
  const auto read = [file](const std::string& text) {
    DeviceParameters parameters;
    parameters.pulse_table.file = file.write(text).string();
    const auto model = make_device_model("pulse_table", 0, parameters);
    const auto device = model->make("device", 1, RandomKey(1));
    const DevicePulses pulse{0, 3};
    device->pulse({&pulse, 1}, RandomKey(2));
    expect(device->written_us()[0] >= 0, "a device with a conductance of its own");
  };
  return {"pulse_table",
          {"# measured\npulse, up_us, down_us\n0, 1, 5\n10, 3, 4\n20, 4, 2.5\n40, 5, 1\n60, 5.5,\n",
           "up_us,down_us\n1,3\n2,2\n3,1\n"},
          read};
}

}  // namespace mho::fuzz
