// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/power_law.hpp"

namespace mho {

/// Phase-change memory as fitted on the 64-core HERMES chip (docs/sources.md), with one or two
/// devices for each sign of a weight. g_max in uS scales the fits, which were made at 10.35 uS (one) and 20.7
/// uS (two).
class HermesDevice : public PowerLawDevice {
 public:
  enum class Devices { one, two };
  HermesDevice(double g_max_us, Devices devices);

  /// The numbers that differ between the two fits.
  struct Fit;

 protected:
  void programming_deviation(std::span<const float> x, std::span<float> deviation) const override;
  void exponent_statistics(std::span<const float> x, std::span<float> mean,
                           std::span<float> deviation) const override;
  void read_noise(std::span<const float> x, std::span<float> fraction) const override;

 private:
  const Fit& fit_;
};

}  // namespace mho
