// SPDX-License-Identifier: Apache-2.0
#include "evaluators/streaming/streaming.hpp"

#include <limits>

#include "evaluators/scoring/prediction.hpp"

namespace mho {
namespace {

/// Of one run over the recording, a value for each threshold.
struct Rates {
  std::vector<double> missed, false_accepts_per_hour;
};

Rates rates_of(const std::vector<float>& logits, const StreamingTask& task) {
  Rates rates;
  for (const double threshold : task.thresholds) {
    const auto detections = detect(logits, task.ends_s, task.background, threshold, task.detection);
    const auto counts = count_detections(detections, task.events, task.detection);
    rates.missed.push_back(static_cast<double>(counts.missed) / counts.events);
    rates.false_accepts_per_hour.push_back(counts.false_accepts * 3600.0 / task.seconds);
  }
  return rates;
}

std::vector<double> column(const std::vector<Rates>& rows, std::vector<double> Rates::*rate, size_t at) {
  std::vector<double> values;
  for (const auto& row : rows) values.push_back((row.*rate)[at]);
  return values;
}

}  // namespace

std::vector<StreamingScore> score_streaming(const CompiledCandidate& candidate, const Parameters& parameters,
                                            const StreamingTask& task, const StreamingChips& chips,
                                            RandomKey key) {
  const auto digital = rates_of(predict(candidate, parameters, task.windows, std::nullopt, key), task);
  std::vector<StreamingScore> scores;
  for (size_t i = 0; i < task.thresholds.size(); ++i)
    scores.push_back({task.thresholds[i], digital.missed[i], digital.false_accepts_per_hour[i], {}, {}});
  for (const double time_s : chips.scoring.times_s) {
    const PredictionChip chip{time_s, chips.post_training, chips.calibration,
                              chips.scoring.arithmetic == Arithmetic::bfloat16};
    std::vector<Rates> rows;  // the same key at each time: the same chips, drifted on
    for (int p = 0; p < chips.scoring.programmings; ++p)
      rows.push_back(rates_of(predict(candidate, parameters, task.windows, chip,
                                      key.with("programming", static_cast<std::uint64_t>(p))),
                              task));
    for (size_t i = 0; i < scores.size(); ++i) {
      scores[i].missed.push_back(summarise(time_s, column(rows, &Rates::missed, i)));
      scores[i].false_accepts_per_hour.push_back(summarise(
          time_s, column(rows, &Rates::false_accepts_per_hour, i), std::numeric_limits<double>::infinity()));
    }
  }
  return scores;
}

}  // namespace mho
