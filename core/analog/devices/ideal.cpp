// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/ideal.hpp"

#include <algorithm>

namespace mho {

/// Its conductance is all that there is to know of a device.
class IdealDevice::Array : public ModelArray<Array, IdealDevice> {
 public:
  Array(const IdealDevice& model, std::string label, std::size_t devices)
      : ModelArray(model, std::move(label), devices) {}

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey) override {
    std::copy(targets_us.begin(), targets_us.end(), written_us_.begin() + static_cast<std::ptrdiff_t>(first));
  }
  void read_devices(std::size_t first, const Ages& ages, RandomKey,
                    std::span<float> conductances_us) const override {
    for (std::size_t i = 0; i < conductances_us.size() && !ages.each_s.empty(); ++i)
      model_.check_time(ages.each_s[i]);
    model_.check_time(ages.all_s);
    std::copy_n(written_us_.begin() + static_cast<std::ptrdiff_t>(first), conductances_us.size(),
                conductances_us.begin());
  }
};

std::unique_ptr<DeviceArray> IdealDevice::make(std::string label, std::size_t devices, RandomKey) const {
  return std::make_unique<Array>(*this, std::move(label), devices);
}

double IdealDevice::programming_deviation_us(double) const { return 0; }

}  // namespace mho
