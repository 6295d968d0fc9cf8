// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.hpp"

namespace mho {

/// What a memory device does with a conductance target: programming noise, drift, read noise. A model holds only
/// its parameters; the state of each device lives in the tile that owns it, so a device keeps its identity
/// (programmed conductance and drift exponent) through its whole life.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;

  /// Programs devices: targets (uS, >= 0) -> programmed conductances (uS) and drift exponents, drawn from `key`.
  /// All spans have the same length; device i depends on (key, i) only.
  virtual void program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
                       std::span<float> drift_exponents) const = 0;

  /// Conductances (uS) `time_s` seconds after programming, with read noise drawn from `key` (a fresh key is a
  /// fresh read). `targets_us` are the conductances once asked for: the read noise depends on them.
  virtual void read(std::span<const float> targets_us, std::span<const float> programmed_us,
                    std::span<const float> drift_exponents, double time_s, RandomKey key,
                    std::span<float> conductances_us) const = 0;

  /// Standard deviation of one programming, uS, for a target in uS (for tolerances and the physics page).
  virtual double programming_deviation_us(double target_us) const = 0;
};

/// The model of that name scaled to g_max (uS). Throws ConfigError listing the known names.
std::unique_ptr<DeviceModel> make_device_model(const std::string& name, double g_max_us);
std::vector<std::string> device_model_names();

}  // namespace mho
