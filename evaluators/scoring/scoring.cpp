// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/base/parallel.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/programmed_network.hpp"
#include "evaluators/scoring/statistics.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {

void ScoringConfig::fields(FieldVisitor& visitor) {
  visitor.field("programmings", &programmings, between(1, 10000),
                "Independent programmings of the whole network; each is scored at every time.");
  visitor.field(
      "arithmetic", &arithmetic,
      "Of the products in scoring. bfloat16 rounds conductances to 0.2 %, draws output noise no larger than "
      "4.15 deviations and is faster where the processor has AVX-512-BF16 (elsewhere it is float32).");
  visitor.field(
      "from", &from,
      "programmed: weights are programmed on fresh chips. trained (on-chip regimes): the devices that "
      "the training left behind go on drifting, each from its own last write; they are read "
      "`programmings` times.");
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

double value(const Network& network, const Parameters& parameters, const Operands& operands,
             const HeldOut& held_out, RandomKey key) {
  const auto& samples = held_out.samples;
  const int count = static_cast<int>(samples.count());
  std::vector<float> outputs(static_cast<size_t>(count) *
                             static_cast<size_t>(network.architecture().outputs()));
  InferenceNetwork(network, parameters).logits(operands, samples.images.data(), count, key, outputs.data());
  return held_out.metric.value(outputs, samples);
}

double avm_time(const std::vector<double>& times_s) {
  const bool month = std::find(times_s.begin(), times_s.end(), one_month_s) != times_s.end();
  return month ? one_month_s : *std::max_element(times_s.begin(), times_s.end());
}

}  // namespace

DriftPoint summarise(double time_s, const std::vector<double>& values, double largest) {
  DriftPoint point;
  point.time_s = time_s;
  point.mean = mean_of(values);
  point.standard_deviation = deviation_of(values);
  point.programmings = static_cast<int>(values.size());
  point.interval95 = interval95(values, largest);
  return point;
}

Score score(const CompiledCandidate& candidate, const Parameters& parameters, const HeldOut& held_out,
            const ScoringConfig& scoring, RandomKey key, const ChipCalibration& calibration) {
  const Network& network = candidate.network();
  const auto runs = static_cast<size_t>(scoring.programmings), times = scoring.times_s.size();
  const auto& config = calibration.config;
  const bool anew = calibration.samples && config.batch_norm_samples > 0 &&
                    config.batch_norm_at == BatchNormTime::every_time;
  std::vector<std::vector<double>> values(times, std::vector<double>(runs));
  parallel_for(runs, [&](size_t run) {
    const bool bfloat16 = scoring.arithmetic == Arithmetic::bfloat16;
    const RandomKey chip = key.with("chip", run);
    auto programmed = calibration.trained
                          ? ProgrammedNetwork(candidate, parameters, *calibration.trained, bfloat16, chip)
                          : ProgrammedNetwork(candidate, parameters, bfloat16, chip);
    if (calibration.samples)
      programmed.calibrate(config, *calibration.samples, key.with("chip", run).with("calibration"));
    parallel_for(times, [&](size_t t) {
      const RandomKey at = key.with("chip", run).with("time", t);
      const auto operands = programmed.read(scoring.times_s[t], at);
      values[t][run] = anew ? value(network,
                                    programmed.calibrated_parameters(operands, config, *calibration.samples,
                                                                     at.with("batch norm calibration")),
                                    operands, held_out, at)
                            : value(network, programmed.parameters(), operands, held_out, at);
    });
  });
  Score result;
  result.metric = held_out.metric.name;
  result.digital = digital_value(candidate, parameters, held_out);
  result.chance = held_out.metric.chance(held_out.samples).value;
  for (size_t t = 0; t < times; ++t)
    result.drift.push_back(summarise(scoring.times_s[t], values[t], held_out.metric.largest()));
  result.avm_time_s = avm_time(scoring.times_s);
  result.avm = held_out.metric.points(held_out.metric.gain(result.at(one_second_s).mean) -
                                      held_out.metric.gain(result.at(result.avm_time_s).mean));
  return result;
}

double digital_value(const CompiledCandidate& candidate, const Parameters& parameters,
                     const HeldOut& held_out) {
  const Network& network = candidate.plain();
  const auto operands = network.digital_operands(parameters, false);
  const auto& samples = held_out.samples;
  // Cut so that threads share the work; the cuts do not matter: an image's outputs depend on nothing else.
  const size_t parts = 16, count = static_cast<size_t>(samples.count());
  const auto each = static_cast<size_t>(network.architecture().outputs());
  std::vector<float> outputs(count * each);
  parallel_for(parts, [&](size_t p) {
    const size_t begin = p * count / parts, end = (p + 1) * count / parts;
    InferenceNetwork(network, parameters)
        .logits(operands, samples.images.data() + begin * static_cast<size_t>(samples.sample_size()),
                static_cast<int>(end - begin), RandomKey(0), outputs.data() + begin * each);
  });
  return held_out.metric.value(outputs, samples);
}

}  // namespace mho
