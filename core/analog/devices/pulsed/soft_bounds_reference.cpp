// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/soft_bounds_reference.hpp"

#include <algorithm>
#include <cmath>

#include "core/analog/devices/pulsed/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = 1 - shape w / bound.
struct SlopedSoftBounds {
  static constexpr bool has_shape = true;
  float factor(const PulsePlace& at, bool) const { return 1 - at.shape * at.place_us / at.ahead_us; }
};

/// One direction of a device: step and bound as distances from the middle, and the slope.
struct Way {
  float &step_us, &bound_us, &slope;
  float per_bound() const { return slope / bound_us; }
  /// Counts places from `reference_us`.
  void shift(float reference_us) {
    const float here = std::max(1 - per_bound() * reference_us, least_part);
    const float rate = per_bound() / here, bound = bound_us - reference_us;
    // A reference beyond the bound leaves the device no way in this direction.
    bound_us = (bound > 0) == (bound_us > 0) ? bound : std::copysign(least_part, bound_us);
    slope = rate * bound_us;
    step_us *= here;
  }
  static constexpr float least_part = 1e-3f;
};

}  // namespace

SoftBoundsReferenceDevice::SoftBoundsReferenceDevice(double g_max_us,
                                                     const SoftBoundsReferenceParameters& parameters,
                                                     const DeviceScales& scales, const std::string& name)
    : PulsedDevice(name, g_max_us, parameters.pulsed, scales), parameters_(parameters) {
  check_steps(name);
}

double SoftBoundsReferenceDevice::step_factor(double w, bool up) const {
  // Of a device without spreads: u = w + r.
  const double place =
      w + (parameters_.at_symmetry_point ? parameters_.pulsed.imbalance : parameters_.reference);
  return std::max(up ? 1 - place : 1 + place, 0.0);
}

std::unique_ptr<DeviceArray> SoftBoundsReferenceDevice::make(std::string label, std::size_t devices,
                                                             RandomKey key) const {
  std::vector<float> references(devices);
  fill_normal(key.with("references " + label), references);
  auto array =
      std::make_unique<PulsedArray<SlopedSoftBounds>>(*this, SlopedSoftBounds{}, std::move(label), devices,
                                                      key, ShapeMoments{1, 1, parameters_.slope_spread});
  refer(array->columns(), references);
  return array;
}

void SoftBoundsReferenceDevice::refer(PulsedColumns& own, std::span<const float> xi) const {
  const auto middle = static_cast<float>(middle_us()), half = static_cast<float>(half_us());
  for (std::size_t i = 0; i < xi.size(); ++i) {
    float high_us = own.high_us[i] - middle, low_us = own.low_us[i] - middle;
    Way up{own.step_up_us[i], high_us, own.shape_up[i]}, down{own.step_down_us[i], low_us, own.shape_down[i]};
    float reference_us = half * static_cast<float>(parameters_.reference);
    if (parameters_.at_symmetry_point)
      reference_us =
          (up.step_us - down.step_us) / (up.step_us * up.per_bound() - down.step_us * down.per_bound());
    reference_us += half * static_cast<float>(parameters_.reference_spread) * xi[i];
    up.shift(reference_us);
    down.shift(reference_us);
    own.high_us[i] = middle + high_us;
    own.low_us[i] = std::max(middle + low_us, 0.0f);
  }
}

}  // namespace mho
