// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/fit_curves.hpp"
#include "core/analog/devices/power_law.hpp"

namespace mho {

/// Phase-change memory as fitted on a million doped Ge2Sb2Te5 devices (Joshi et al., Nature Communications
/// 11, 2473, 2020; docs/physics.md). g_max in µS scales the fit, which was made at 25 µS.
class PcmDevice : public PowerLawDevice {
 public:
  /// Throws ConfigError for coefficients that do not fit together.
  explicit PcmDevice(double g_max_us, const PcmParameters& parameters = {}, const DeviceScales& scales = {});

 protected:
  void programming_deviation(std::span<const float> x, std::span<float> deviation) const override;
  void exponent_statistics(std::span<const float> x, std::span<float> mean,
                           std::span<float> deviation) const override;
  void read_noise(std::span<const float> x, std::span<float> fraction) const override;

 private:
  Polynomial<3> programming_;  ///< fraction of g_max
  ClippedLine exponent_mean_, exponent_deviation_;
  float noise_at_g_max_, noise_power_, noise_max_;
};

}  // namespace mho
