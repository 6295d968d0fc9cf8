// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/hermes.hpp"

#include "core/analog/devices/vector_math.hpp"

namespace mho {
namespace {

struct Cubic {
  float c0, c1, c2, c3;
  float operator()(float x) const { return c0 + x * (c1 + x * (c2 + x * c3)); }
};

/// Below `border` a straight line in ln x between two bounds, from there on a polynomial.
struct Piecewise {
  float border;
  float slope, offset, min, max;
  Cubic above;
  float operator()(float x) const {
    return x < border ? clip(slope * vector_log(x) + offset, min, max) : above(x);
  }
};

}  // namespace

struct HermesDevice::Fit {
  double t_0_s;
  float g_max_us;     ///< what the programming polynomial refers to
  Cubic programming;  ///< uS at g_max_us
  Piecewise exponent_deviation;
  Piecewise read_noise;
};

namespace {

// From aihwkit's HermesNoiseModel (docs/sources.md).
constexpr double t_read_s = 512e-9;
constexpr Piecewise exponent_mean{0.0945f, -0.0387f, -0.0182f,
                                  0.072f,  0.13f,    {0.0736f, -0.0126f, -0.0436f, 0}};

constexpr HermesDevice::Fit one_device{
    200,
    10.35f,
    {0.15781817f, 2.32443916f, -2.16310839f, 0.68841818f},
    {0.3039f, -0.0120f, -0.0023f, 0.0124f, 0.04f, {0.0104f, 0.0116f, -0.0165f, 0}},
    {0.1591f, -0.0078f, 0.0038f, 0.0179f, 0.04f, {0.0088f, 0.0768f, -0.1352f, 0.0664f}}};

constexpr HermesDevice::Fit two_devices{
    300,
    20.7f,
    {0.16603222f, 4.71806468f, -8.48101252f, 4.68961419f},
    {0.3055f, -0.0117f, -0.0057f, 0.0091f, 0.04f, {0.0073f, 0.0093f, -0.0118f, 0}},
    {0.16f, -0.0117f, -0.0069f, 0.015f, 0.04f, {0.0123f, 0.0211f, -0.0280f, 0.0069f}}};

const HermesDevice::Fit& fit_of(HermesDevice::Devices devices) {
  return devices == HermesDevice::Devices::one ? one_device : two_devices;
}

}  // namespace

HermesDevice::HermesDevice(double g_max_us, Devices devices)
    : PowerLawDevice(g_max_us, fit_of(devices).t_0_s, t_read_s), fit_(fit_of(devices)) {}

void HermesDevice::programming_deviation(std::span<const float> x, std::span<float> deviation) const {
  for (size_t i = 0; i < x.size(); ++i) deviation[i] = fit_.programming(x[i]) / fit_.g_max_us;
}

void HermesDevice::exponent_statistics(std::span<const float> x, std::span<float> mean,
                                       std::span<float> deviation) const {
  for (size_t i = 0; i < x.size(); ++i) {
    mean[i] = exponent_mean(x[i]);
    deviation[i] = fit_.exponent_deviation(x[i]);
  }
}

void HermesDevice::read_noise(std::span<const float> x, std::span<float> fraction) const {
  for (size_t i = 0; i < x.size(); ++i) fraction[i] = fit_.read_noise(x[i]);
}

}  // namespace mho
