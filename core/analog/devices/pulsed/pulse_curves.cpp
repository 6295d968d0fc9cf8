// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/pulse_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analog/devices/measurement_csv.hpp"

namespace mho {
namespace {

/// The curve in one column of the file; sign: 1 for rising, -1 for falling.
PulseCurve curve_of(const MeasurementCsv& csv, size_t column, const std::string& name, float sign) {
  const auto& g_us = csv.columns[column];
  const auto& pulses = csv.columns[2];
  PulseCurve curve;
  for (size_t row = 0; row < g_us.size(); ++row) {
    if (std::isnan(g_us[row])) continue;
    if (curve.g_us.size() < row && std::isnan(g_us[row - 1]))
      csv.fail(row,
               fmt::format("expected {} without gaps inside the curve, got {} after a gap", name, g_us[row]));
    if (!curve.g_us.empty() && sign * (g_us[row] - curve.g_us.back()) < 0)
      csv.fail(row, fmt::format("expected {} to {} with every pulse (a monotone curve): {} after {}", name,
                                sign > 0 ? "rise" : "fall", g_us[row], curve.g_us.back()));
    const double pulse = pulses.empty() ? static_cast<double>(row) : pulses[row];
    if (!(pulse >= 0 && pulse <= 1e9 && pulse == std::floor(pulse)))
      csv.fail(row, fmt::format("expected a whole number for pulse, got {}", pulse));
    if (!curve.pulses.empty() && pulse <= curve.pulses.back())
      csv.fail(row,
               fmt::format("expected pulse above the row before, {}, got {}", curve.pulses.back(), pulse));
    curve.pulses.push_back(static_cast<int>(pulse));
    curve.g_us.push_back(g_us[row]);
  }
  if (curve.g_us.size() < 3 || curve.g_us.front() == curve.g_us.back())
    csv.fail(g_us.size(), fmt::format("expected {} to have three points or more that differ, got {}", name,
                                      curve.g_us.size()));
  return curve;
}

/// Which node lies left of a conductance, and how far beyond it, in nodes.
struct Place {
  size_t node;
  double part;
};
Place place_of(const StepCurve& curve, double conductance_us) {
  const auto last = static_cast<double>(curve.step_us.size() - 1);
  const double x =
      std::clamp((conductance_us - curve.min_us) / (curve.max_us - curve.min_us), 0.0, 1.0) * last;
  const double node = std::min(std::floor(x), last - 1);
  return {static_cast<size_t>(node), x - node};
}

/// Solves a x = b for a symmetric positive definite matrix, by elimination in place.
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t k = 0; k < n; ++k)
    for (size_t i = k + 1; i < n; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  for (size_t k = n; k-- > 0;) {
    for (size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

/// A measured step: its size, the mean conductance that its pulses found, and their number.
struct Step {
  double size_us, found_us, pulses;
};
std::vector<Step> steps_of(const PulseCurve& curve) {
  std::vector<Step> steps;
  for (size_t i = 1; i < curve.g_us.size(); ++i) {
    const double pulses = curve.pulses[i] - curve.pulses[i - 1];
    const double before = curve.g_us[i - 1], change = curve.g_us[i] - before;
    steps.push_back({std::fabs(change) / pulses, before + change * (1 - 1 / pulses) / 2, pulses});
  }
  return steps;
}

}  // namespace

double PulseCurves::min_us() const { return std::min(up.g_us.front(), down.g_us.back()); }
double PulseCurves::max_us() const { return std::max(up.g_us.back(), down.g_us.front()); }

PulseCurves read_pulse_curves(const std::string& file) {
  const auto csv = read_measurements("pulse_table", file, {{"up_us", "down_us", "pulse"}, 2, true});
  for (size_t row = 0; row < csv.columns[2].size(); ++row)
    if (std::isnan(csv.columns[2][row])) csv.fail(row, "expected a number for pulse, got nothing (a gap)");
  return {curve_of(csv, 0, "up_us", 1), curve_of(csv, 1, "down_us", -1)};
}

double StepCurve::at(double conductance_us) const {
  const auto [node, part] = place_of(*this, conductance_us);
  return step_us[node] + part * (step_us[node + 1] - step_us[node]);
}

StepFit fit_steps(const PulseCurve& curve, const StepCurve& places) {
  const size_t n = places.step_us.size();
  const auto steps = steps_of(curve);
  std::vector<std::vector<double>> a(n, std::vector<double>(n));
  std::vector<double> b(n);
  double weight = 0;
  for (const auto& step : steps) {
    const auto [node, part] = place_of(places, step.found_us);
    const double shares[] = {1 - part, part};
    for (size_t i = 0; i < 2; ++i) {
      for (size_t j = 0; j < 2; ++j) a[node + i][node + j] += step.pulses * shares[i] * shares[j];
      b[node + i] += step.pulses * shares[i] * step.size_us;
    }
    weight += step.pulses;
  }
  const double stiffness = 1e-3 * weight / static_cast<double>(n), bend[] = {1, -2, 1};
  for (size_t k = 0; k + 2 < n; ++k)
    for (size_t i = 0; i < 3; ++i)
      for (size_t j = 0; j < 3; ++j) a[k + i][k + j] += stiffness * bend[i] * bend[j];
  for (size_t k = 0; k < n; ++k) a[k][k] += 1e-9 * weight;
  StepFit fit{places, 0};
  fit.curve.step_us = solve(std::move(a), std::move(b));
  for (double& step : fit.curve.step_us) step = std::max(step, 0.0);
  double left = 0, all = 0;
  for (const auto& step : steps) {
    const double fitted = fit.curve.at(step.found_us);
    left += step.pulses * std::pow(step.size_us - fitted, 2);
    all += fitted * fitted;
  }
  fit.relative_noise = all > 0 ? std::sqrt(left / all) : 0;
  return fit;
}

PulseFit compare_with_fit(const PulseCurve& curve, const StepCurve& fit, bool up) {
  PulseFit points;
  double g_us = curve.g_us[0];
  for (size_t i = 0; i < curve.g_us.size(); ++i) {
    if (i > 0)
      for (int pulse = curve.pulses[i - 1]; pulse < curve.pulses[i]; ++pulse)
        g_us = std::clamp(g_us + (up ? fit.at(g_us) : -fit.at(g_us)), fit.min_us, fit.max_us);
    points.push_back({up, curve.pulses[i], curve.g_us[i], g_us});
  }
  return points;
}

}  // namespace mho
