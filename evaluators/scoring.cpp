// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/base/parallel.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/chance.hpp"
#include "evaluators/programmed_network.hpp"
#include "evaluators/statistics.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {

void ScoringConfig::fields(FieldVisitor& visitor) {
  visitor.field("programmings", &programmings, between(1, 10000),
                "Independent programmings of the whole network; each is scored at every time.");
  visitor.field(
      "arithmetic", &arithmetic,
      "Of the products in scoring. bfloat16 rounds conductances to 0.2 % and is faster where the processor "
      "has AVX-512-BF16 (elsewhere it is float32).");
  visitor.field("times_s", &times_s, at_least(0),
                "Seconds after programming; must hold 1, 86400 and 2592000 (1 s, 1 day, 30 days; a device "
                "that is not known "
                "then needs the first two).");
}

const DriftPoint& Score::at(double time_s) const {
  for (const auto& point : drift)
    if (point.time_s == time_s) return point;
  throw std::out_of_range("no score at " + std::to_string(time_s) + " s");
}

namespace {

double accuracy(const Network& network, const Parameters& parameters, const Operands& operands,
                const Samples& samples, RandomKey key) {
  InferenceNetwork inference(network, parameters);
  const int count = static_cast<int>(samples.count());
  return static_cast<double>(
             inference.count_correct(operands, samples.images.data(), samples.labels.data(), count, key)) /
         count;
}

double avm_time(const std::vector<double>& times_s) {
  const bool month = std::find(times_s.begin(), times_s.end(), one_month_s) != times_s.end();
  return month ? one_month_s : *std::max_element(times_s.begin(), times_s.end());
}

}  // namespace

DriftPoint summarise(double time_s, const std::vector<double>& accuracies) {
  DriftPoint point;
  point.time_s = time_s;
  point.mean = mean_of(accuracies);
  point.standard_deviation = deviation_of(accuracies);
  point.programmings = static_cast<int>(accuracies.size());
  point.interval95 = interval95(accuracies);
  return point;
}

Score score(const CompiledCandidate& candidate, const Parameters& parameters, const Samples& samples,
            const ScoringConfig& scoring, RandomKey key, const ChipCalibration& calibration) {
  const Network& network = candidate.network();
  const auto runs = static_cast<size_t>(scoring.programmings), times = scoring.times_s.size();
  const auto& config = calibration.config;
  const bool anew = calibration.samples && config.batch_norm_samples > 0 &&
                    config.batch_norm_at == BatchNormTime::every_time;
  std::vector<std::vector<double>> accuracies(times, std::vector<double>(runs));
  parallel_for(runs, [&](size_t run) {
    ProgrammedNetwork programmed(candidate, parameters, scoring.arithmetic == Arithmetic::bfloat16,
                                 key.with("chip", run));
    if (calibration.samples)
      programmed.calibrate(config, *calibration.samples, key.with("chip", run).with("calibration"));
    parallel_for(times, [&](size_t t) {
      const RandomKey at = key.with("chip", run).with("time", t);
      const auto operands = programmed.read(scoring.times_s[t], at);
      accuracies[t][run] =
          anew ? accuracy(network,
                          programmed.calibrated_parameters(operands, config, *calibration.samples,
                                                           at.with("batch norm calibration")),
                          operands, samples, at)
               : accuracy(network, programmed.parameters(), operands, samples, at);
    });
  });
  Score result;
  result.digital_accuracy = digital_accuracy(candidate, parameters, samples);
  result.chance = commonest_class_share(samples);
  for (size_t t = 0; t < times; ++t) result.drift.push_back(summarise(scoring.times_s[t], accuracies[t]));
  result.avm_time_s = avm_time(scoring.times_s);
  result.avm = 100 * (result.at(one_second_s).mean - result.at(result.avm_time_s).mean);
  return result;
}

double digital_accuracy(const CompiledCandidate& candidate, const Parameters& parameters,
                        const Samples& samples) {
  const Network& network = candidate.plain();
  const auto operands = network.digital_operands(parameters, false);
  // Cut so that threads share the work; the cuts do not matter: an image's logits depend on nothing else.
  const size_t parts = 16, count = static_cast<size_t>(samples.count());
  std::vector<int> correct(parts);
  parallel_for(parts, [&](size_t p) {
    const size_t begin = p * count / parts, end = (p + 1) * count / parts;
    InferenceNetwork inference(network, parameters);
    correct[p] =
        inference.count_correct(operands, samples.image(static_cast<std::int64_t>(begin)).data(),
                                samples.labels.data() + begin, static_cast<int>(end - begin), RandomKey(0));
  });
  int total = 0;
  for (const int c : correct) total += c;
  return static_cast<double>(total) / static_cast<double>(count);
}

}  // namespace mho
