// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulse_curves.hpp"
#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

/// The user's own device, from its measured potentiation and depression curves: the steps are what fit_steps
/// makes of them, each direction by itself, over absolute conductances; f is 1 in the middle of the range.
/// Its pulse-to-pulse noise is what the fit leaves, or a key; one pair of curves says nothing of other
/// devices, whose spreads are keys.
class PulseTableDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like read_pulse_curves and PulsedDevice, and where the curves have no step in the
  /// middle of the range.
  explicit PulseTableDevice(double g_max_us, const PulseTableParameters& parameters,
                            const DeviceScales& scales = {});
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  PulseFit pulse_fit() const override;

 protected:
  double step_factor(double w, bool up) const override;

 private:
  struct Fits {
    PulseCurves curves;
    StepFit up, down;
  };
  static Fits fits_of(const PulseTableParameters& parameters);
  static PulsedParameters pulsed(double g_max_us, const PulseTableParameters& parameters, const Fits& fits);
  PulseTableDevice(double g_max_us, const PulseTableParameters& parameters, const DeviceScales& scales,
                   Fits fits);

  Fits fits_;
};

}  // namespace mho
