// SPDX-License-Identifier: Apache-2.0
#include "cli/show/score_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.hpp"
#include "core/base/quantity.hpp"
#include "evaluators/scoring/chance.hpp"

namespace mho {
namespace {

constexpr double hour_s = 3600, day_s = 86400;

bool is_multiple(double value, double unit) { return value >= unit && std::fmod(value, unit) == 0; }

/// Bits and perplexities are small numbers.
int table_digits(const Metric& metric) { return metric.scale == 1 ? 3 : 2; }
int brief_digits(const Metric& metric) { return metric.scale == 1 ? 2 : 1; }

/// Beside a column of values: other units than % stand in the title.
const char* short_unit(const Metric& metric) { return metric.scale == 1 ? "" : metric.unit; }

std::string writes_text(const WriteCounts& writes) {
  const auto& pulses = writes.pulses_per_device;
  auto text = fmt::format(
      "writes     {:.4g} pulses a device (99.9 %: {:.4g}, most {:.4g}), {:.4g} events a device, {:.3g} a "
      "weight "
      "and sample\n",
      pulses.mean, pulses.p999, pulses.max, writes.events_per_device.mean, writes.events_per_weight_sample);
  if (writes.endurance_share > 0)
    text += fmt::format("           {} of the most worn device's endurance\n",
                        format_percent(writes.endurance_share));
  if (writes.update_energy_high_j > 0)
    text +=
        fmt::format("           {} to {} for all pulses\n", format_quantity(writes.update_energy_low_j, "J"),
                    format_quantity(writes.update_energy_high_j, "J"));
  return text;
}

}  // namespace

std::string time_name(double time_s) {
  if (is_multiple(time_s, day_s)) return fmt::format("{:g} d", time_s / day_s);
  if (is_multiple(time_s, hour_s)) return fmt::format("{:g} h", time_s / hour_s);
  return fmt::format("{:g} s", time_s);
}

double parse_time(const std::string& text) {
  const std::map<std::string, double> units = {{"", 1}, {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  const auto end = text.find_first_not_of("0123456789.");
  const auto unit = units.find(end == std::string::npos ? "" : text.substr(end));
  const auto number = text.substr(0, end);
  const bool is_number = number.find_first_of("0123456789") != std::string::npos &&
                         std::count(number.begin(), number.end(), '.') <= 1 && number.size() < 20;
  if (!is_number || unit == units.end())
    throw InputError(fmt::format("--at: expected a time such as 1s, 1h, 1d or 30d, got '{}'", text));
  return std::stod(number) * unit->second;
}

std::string brief_score(const Score& score) {
  const auto& day = score.at(day_s);
  const auto& metric = metric_of(score.metric);
  const int digits = brief_digits(metric);
  const auto deviation = day.programmings > 1
                             ? fmt::format(" +- {:.{}f}", metric.points(day.standard_deviation), digits)
                             : std::string();
  const std::string of = score.metric == metrics().front().name ? "" : metric.title + std::string(" ");
  return fmt::format("{}{}{} at 1 d, AVM {:.{}f}", of, metric.shown(day.mean, digits), deviation, score.avm,
                     digits);
}

std::string brief_cost(const Cost& cost) {
  return fmt::format("{} core{}{}, {}, {} to {}", cost.cores, cost.cores == 1 ? "" : "s",
                     cost.mapping ? fmt::format(" ({} mapping)", to_string(*cost.mapping)) : "",
                     format_quantity(cost.latency_s, "s"), format_quantity(cost.energy_low_j, "J"),
                     format_quantity(cost.energy_high_j, "J"));
}

std::string drift_row(const DriftPoint& point, const Metric& metric, int name_width, int value_width) {
  const int digits = table_digits(metric);
  const auto row = fmt::format("{:<{}} {:>{}.{}f} {:<1}   ", time_name(point.time_s), name_width,
                               metric.points(point.mean), value_width, digits, short_unit(metric));
  if (point.programmings < 2) return row + "  n/a   n/a (1 programming)\n";
  return row + fmt::format("{:>5.{}f}   {:.{}f} to {:.{}f} ({} programmings)\n",
                           metric.points(point.standard_deviation), digits,
                           metric.points(point.interval95[0]), digits, metric.points(point.interval95[1]),
                           digits, point.programmings);
}

std::string borrowed_text(const std::vector<std::string>& from_hermes64) {
  if (from_hermes64.empty()) return "";
  return fmt::format("note: the chip file leaves out {}: the numbers of hermes64 stand there\n",
                     fmt::join(from_hermes64, ", "));
}

std::string score_table(const Evaluation& evaluation) {
  const auto& score = evaluation.score;
  const auto& metric = metric_of(score.metric);
  const int digits = table_digits(metric);
  auto text =
      fmt::format("{:<10} {:>10}   {:>5}   {}\n{:<10} {:>8.{}f} {}\n", "", metric.title, "sd",
                  "95 % interval", "digital", metric.points(score.digital), digits, short_unit(metric));
  for (const auto& point : score.drift) text += drift_row(point, metric, 10, 8);
  text += fmt::format("AVM        {:>8.{}f} {}{}{} from 1 s to {}\n", std::abs(score.avm), digits,
                      metric.difference, metric.difference[0] ? " " : "", score.avm < 0 ? "gained" : "lost",
                      time_name(score.avm_time_s));
  if (score.writes) text += writes_text(*score.writes);
  if (is_near_chance(score))
    text += fmt::format("warning    near chance: {} gives {}\n", metric.chance_answer,
                        metric.shown(score.chance));
  if (!evaluation.cost)
    return text + fmt::format("chip       does not fit: {}\n", evaluation.unmapped_reason);
  const auto& cost = *evaluation.cost;
  return text +
         fmt::format("chip       {}, {} images/s, {:.2f} TOPS/W, {} of the cells used\n", brief_cost(cost),
                     format_count(std::llround(cost.throughput_hz)), cost.effective_tops_per_watt,
                     format_percent(cost.utilisation)) +
         borrowed_text(evaluation.from_hermes64);
}

}  // namespace mho
