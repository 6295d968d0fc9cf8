// SPDX-License-Identifier: Apache-2.0
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>

#include "bindings/arrays.hpp"
#include "bindings/crossbar.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/measures/device_statistics.hpp"

namespace mho {
namespace {

namespace py = pybind11;

/// A model for the hardware of an array; its random numbers are those of `mho device`.
struct Device {
  HardwareConfig hardware;
  std::unique_ptr<DeviceModel> model;
};

std::unique_ptr<Device> make(const ArraySpec& spec) {
  auto device = std::make_unique<Device>();
  device->hardware = spec.settings().hardware;
  resolve_g_max(device->hardware);
  const auto& hardware = device->hardware;
  device->model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  return device;
}

/// targets x times x devices, µS; the first time is that of the write.
py::array_t<float> sample(const Device& self, const std::vector<double>& targets_us,
                          const std::vector<double>& times_s, int devices, std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(devices);
  std::vector<float> all(targets_us.size() * (times_s.size() + 1) * count);
  released([&] {
    const auto key = RandomKey(seed).with("device");
    parallel_for(targets_us.size(), [&](std::size_t i) {
      const auto found = sample_devices(*self.model, targets_us[i], times_s, devices, key.with("target", i));
      auto to = all.begin() + static_cast<std::ptrdiff_t>(i * (times_s.size() + 1) * count);
      to = std::copy(found.programmed_us.begin(), found.programmed_us.end(), to);
      for (const auto& read : found.reads_us) to = std::copy(read.begin(), read.end(), to);
    });
  });
  const auto side = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
  return shaped(all, {side(targets_us.size()), side(times_s.size() + 1), side(count)});
}

}  // namespace

void declare_device(py::module_& module) {
  py::class_<Device>(module, "Device")
      .def(py::init(&make))
      .def("range_us",
           [](const Device& self) {
             const auto range = self.model->range();
             return py::make_tuple(range.min_us, range.max_us);
           })
      .def("takes_pulses", [](const Device& self) { return self.model->can(DeviceVerb::pulse); })
      .def("sample", &sample);
  module.def("device_names", &device_model_names);
}

}  // namespace mho
