// SPDX-License-Identifier: Apache-2.0
#include "cli/show/streaming_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/show/score_text.hpp"
#include "core/base/quantity.hpp"
#include "evaluators/scoring/drift_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

Json rate_json(double digital, const std::vector<DriftPoint>& points) {
  return {{"digital", digital}, {"drift", Json::parse(drift_json(points))}};
}

double half_interval(const DriftPoint& point) { return (point.interval95[1] - point.interval95[0]) / 2; }

std::string row(const std::string& name, const std::string& missed, const std::string& accepts) {
  return fmt::format("{:<10}{:>20}{:>30}\n", name, missed, accepts);
}

std::string threshold_text(const StreamingScore& score) {
  auto text = fmt::format("\nthreshold {:g}\n", score.threshold) +
              row("", "events missed", "false accepts an hour") +
              row("digital", fmt::format("{:.1f} %", 100 * score.digital_missed),
                  fmt::format("{:.1f}", score.digital_false_accepts_per_hour));
  for (size_t i = 0; i < score.missed.size(); ++i) {
    const auto &missed = score.missed[i], &accepts = score.false_accepts_per_hour[i];
    text += row(time_name(missed.time_s),
                fmt::format("{:.1f} % +- {:.1f}", 100 * missed.mean, 100 * half_interval(missed)),
                fmt::format("{:.1f} +- {:.1f}", accepts.mean, half_interval(accepts)));
  }
  return text;
}

}  // namespace

std::string streaming_json(const StreamingResult& result) {
  const auto& task = result.task;
  Json json = {{"recording", result.recording},   {"network", result.network},
               {"seconds", task.seconds},         {"windows", task.ends_s.size()},
               {"hop_s", result.hop_s},           {"events", task.events.size()},
               {"background", result.background}, {"smoothing", task.detection.smoothing},
               {"hold_s", task.detection.hold_s}, {"tolerance_s", task.detection.tolerance_s}};
  for (const auto& score : result.scores)
    json["thresholds"].push_back({{"threshold", score.threshold},
                                  {"missed", rate_json(score.digital_missed, score.missed)},
                                  {"false_accepts_per_hour", rate_json(score.digital_false_accepts_per_hour,
                                                                       score.false_accepts_per_hour)}});
  return json.dump(2) + "\n";
}

std::string streaming_text(const StreamingResult& result) {
  const auto& task = result.task;
  auto text = fmt::format("{}: {:.1f} s, {} windows, one every {:g} s, {} events; {}\n", result.recording,
                          task.seconds, format_count(std::ssize(task.ends_s)), result.hop_s,
                          task.events.size(), result.network);
  for (const auto& score : result.scores) text += threshold_text(score);
  return text;
}

}  // namespace mho
