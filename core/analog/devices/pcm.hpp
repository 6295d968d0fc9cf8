// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/power_law.hpp"

namespace mho {

/// Phase-change memory as fitted on a million doped Ge2Sb2Te5 devices (Joshi et al., Nature Communications
/// 11, 2473, 2020; docs/sources.md). g_max in uS scales the fit, which was made at 25 uS.
class PcmDevice : public PowerLawDevice {
 public:
  explicit PcmDevice(double g_max_us);

 protected:
  void programming_deviation(std::span<const float> x, std::span<float> deviation) const override;
  void exponent_statistics(std::span<const float> x, std::span<float> mean,
                           std::span<float> deviation) const override;
  void read_noise(std::span<const float> x, std::span<float> fraction) const override;
};

}  // namespace mho
