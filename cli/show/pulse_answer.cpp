// SPDX-License-Identifier: Apache-2.0
#include "cli/show/pulse_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json moments_json(const MeanAndDeviation& moments) {
  return {{"mean", moments.mean}, {"deviation", moments.deviation}};
}

const char* direction(bool up) { return up ? "up" : "down"; }

/// The mean of the curve as a + (up) and - (down) on a grid; pulses to the right, conductances upwards.
std::string plot(const std::vector<PulseCurvePoint>& curve, ConductanceRange range) {
  constexpr int width = 64, height = 16;
  std::vector<std::string> rows(height, std::string(width + 1, ' '));
  double low = range.min_us, high = range.max_us;
  for (const auto& point : curve) {
    low = std::min(low, point.conductance_us.mean);
    high = std::max(high, point.conductance_us.mean);
  }
  const int most = curve.back().pulses;
  for (const auto& point : curve) {
    const int column = (point.up ? 0 : width / 2) + width / 2 * point.pulses / most;
    const double part = (point.conductance_us.mean - low) / (high - low);
    rows[static_cast<size_t>(std::lround((1 - part) * (height - 1)))][static_cast<size_t>(column)] =
        point.up ? '+' : '-';
  }
  std::string text = fmt::format("\nConductance (µS) over {} pulses up (+) and as many down (-)\n\n", most);
  for (int row = 0; row < height; ++row) {
    const double g_us = high - (high - low) * row / (height - 1);
    text += (row % 5 == 0 ? fmt::format("{:>9.4g} |", g_us) : fmt::format("{:>11}", "|")) +
            rows[static_cast<size_t>(row)] + "\n";
  }
  return text + fmt::format("{:>11}{}\n", "+", std::string(width + 1, '-'));
}

std::string curve_table(const std::vector<PulseCurvePoint>& curve) {
  std::string text =
      "\nConductance after pulses (µS)\n\n"
      "            pulses      mean  deviation      5 %      95 %\n";
  for (size_t i = 0; i < curve.size(); ++i) {
    const auto& p = curve[i];
    if (p.pulses % std::max(curve.back().pulses / 8, 1) != 0 && p.pulses != curve.back().pulses) continue;
    text += fmt::format("{:>6} {:>11} {:>9.4f} {:>10.4f} {:>8.4f} {:>9.4f}\n", direction(p.up), p.pulses,
                        p.conductance_us.mean, p.conductance_us.deviation, p.p5_us, p.p95_us);
  }
  return text;
}

std::string step_table(const std::vector<PulseStepStatistics>& steps) {
  std::string text =
      "\nStep of one pulse (nS)\n\n"
      "   at (µS)    up: formula      sample  deviation   down: formula      sample  deviation\n";
  for (const auto& s : steps)
    text +=
        fmt::format("{:>10.4g} {:>14.3f} {:>11.3f} {:>10.3f} {:>15.3f} {:>11.3f} {:>10.3f}\n",
                    s.conductance_us, 1e3 * s.up_formula_us.mean, 1e3 * s.up_us.mean, 1e3 * s.up_us.deviation,
                    1e3 * s.down_formula_us.mean, 1e3 * s.down_us.mean, 1e3 * s.down_us.deviation);
  return text;
}

std::string symmetry_text(const std::optional<SymmetryPointStatistics>& symmetry) {
  if (!symmetry)
    return "\nSymmetry point: none, a pulse down resets the device; weights are pairs that move up\n";
  const auto formula = symmetry->formula_us ? fmt::format("{:.4f} µS by the formula", *symmetry->formula_us)
                                            : std::string("everywhere by the formula");
  return fmt::format(
      "\nSymmetry point: {}; devices {:.4f} +- {:.4f} µS, 5 % {:.4f}, 95 % {:.4f} ({} pulses up and down in "
      "turn)\n",
      formula, symmetry->sample_us.mean, symmetry->sample_us.deviation, symmetry->p5_us, symmetry->p95_us,
      symmetry->pulses);
}

/// Root mean square of what the fit misses of the curves, of their range.
double fit_error(const PulseFit& fit) {
  double squares = 0, low = fit[0].measured_us, high = low;
  for (const auto& point : fit) {
    squares += std::pow(point.fitted_us - point.measured_us, 2);
    low = std::min(low, point.measured_us);
    high = std::max(high, point.measured_us);
  }
  return std::sqrt(squares / static_cast<double>(fit.size())) / (high - low);
}

std::string fit_text(const PulseFit& fit) {
  if (fit.empty()) return "";
  std::string text = fmt::format(
      "\nFit of the measured curves (µS): root mean square error {:.2f} % of their range\n\n"
      "            pulses  measured    fitted\n",
      100 * fit_error(fit));
  const size_t every = std::max<size_t>(fit.size() / 20, 1);
  for (size_t i = 0; i < fit.size(); ++i)
    if (i % every == 0 || i + 1 == fit.size())
      text += fmt::format("{:>6} {:>11} {:>9.4f} {:>9.4f}\n", direction(fit[i].up), fit[i].pulse,
                          fit[i].measured_us, fit[i].fitted_us);
  return text;
}

}  // namespace

std::string pulses_json(const PulseStatistics& found, const PulseFit& fit) {
  Json json;
  json["curve"] = Json::array();
  for (const auto& p : found.curve)
    json["curve"].push_back({{"direction", direction(p.up)},
                             {"pulses", p.pulses},
                             {"conductance_us", moments_json(p.conductance_us)},
                             {"p5_us", p.p5_us},
                             {"p95_us", p.p95_us}});
  json["steps"] = Json::array();
  for (const auto& s : found.steps)
    json["steps"].push_back({{"conductance_us", s.conductance_us},
                             {"up_formula_us", moments_json(s.up_formula_us)},
                             {"up_us", moments_json(s.up_us)},
                             {"down_formula_us", moments_json(s.down_formula_us)},
                             {"down_us", moments_json(s.down_us)}});
  json["symmetry_point"] = nullptr;
  if (const auto& s = found.symmetry)
    json["symmetry_point"] = {{"formula_us", s->formula_us ? Json(*s->formula_us) : Json()},
                              {"sample_us", moments_json(s->sample_us)},
                              {"p5_us", s->p5_us},
                              {"p95_us", s->p95_us},
                              {"pulses", s->pulses}};
  if (fit.empty()) return json.dump();
  json["fit"] = {{"error_of_range", fit_error(fit)}, {"points", Json::array()}};
  for (const auto& p : fit)
    json["fit"]["points"].push_back({{"direction", direction(p.up)},
                                     {"pulse", p.pulse},
                                     {"measured_us", p.measured_us},
                                     {"fitted_us", p.fitted_us}});
  return json.dump();
}

std::string pulses_csv(const PulseStatistics& found) {
  std::string text = "direction,pulses,mean_us,deviation_us,p5_us,p95_us\n";
  for (const auto& p : found.curve)
    text += fmt::format("{},{},{},{},{},{}\n", direction(p.up), p.pulses, p.conductance_us.mean,
                        p.conductance_us.deviation, p.p5_us, p.p95_us);
  return text;
}

std::string pulses_text(const PulseStatistics& found, const PulseFit& fit, ConductanceRange range) {
  return plot(found.curve, range) + curve_table(found.curve) + step_table(found.steps) +
         symmetry_text(found.symmetry) + fit_text(fit);
}

}  // namespace mho
