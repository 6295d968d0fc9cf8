// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/analog/devices/fit_curves.hpp"
#include "core/analog/devices/power_law.hpp"

namespace mho {

/// Phase-change memory as fitted on the 64-core HERMES chip (docs/physics.md), with one or two devices for
/// each sign of a weight. g_max in µS scales the fits, which were made at 10.35 µS (one) and 20.7 µS (two).
class HermesDevice : public PowerLawDevice {
 public:
  /// `name`: hermes_odp or hermes_tdp, for messages. Throws ConfigError for coefficients that do not fit
  /// together.
  HermesDevice(double g_max_us, const std::string& name, const HermesParameters& parameters,
               const DeviceScales& scales = {});

 protected:
  void programming_deviation(std::span<const float> x, std::span<float> deviation) const override;
  void exponent_statistics(std::span<const float> x, std::span<float> mean,
                           std::span<float> deviation) const override;
  void read_noise(std::span<const float> x, std::span<float> fraction) const override;

 private:
  /// Below `border` a line in ln x between two bounds, from there on a polynomial.
  struct Piecewise {
    float border;
    ClippedLine below;
    Polynomial<4> above;
    float operator()(float x) const { return x < border ? below(vector_log(x)) : above(x); }
  };
  static Piecewise make_piecewise(const std::string& key, const PiecewiseParameters& parameters);

  Polynomial<4> programming_;  ///< µS at the fit's g_max
  float fit_g_max_us_;
  Piecewise exponent_mean_, exponent_deviation_, read_noise_;
};

}  // namespace mho
