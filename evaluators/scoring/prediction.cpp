// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/prediction.hpp"

#include <algorithm>

#include "core/base/parallel.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/programmed_network.hpp"

namespace mho {
namespace {

/// Images of one part: noise belongs to (part, image), so that threads may share the parts.
constexpr std::int64_t part_size = 256;

std::vector<float> run(const Network& network, const Parameters& parameters, const Operands& operands,
                       const Samples& samples, RandomKey key) {
  const auto classes = static_cast<size_t>(network.architecture().outputs());
  std::vector<float> logits(static_cast<size_t>(samples.count()) * classes);
  const auto parts = static_cast<size_t>((samples.count() + part_size - 1) / part_size);
  parallel_for(parts, [&](size_t part) {
    const auto first = static_cast<std::int64_t>(part) * part_size;
    const auto count = static_cast<int>(std::min(part_size, samples.count() - first));
    InferenceNetwork(network, parameters)
        .logits(operands, samples.image(first).data(), count, key.with("part", part),
                logits.data() + static_cast<size_t>(first) * classes);
  });
  return logits;
}

}  // namespace

std::vector<float> predict(const CompiledCandidate& candidate, const Parameters& parameters,
                           const Samples& samples, const std::optional<PredictionChip>& chip, RandomKey key) {
  if (!chip)
    return run(candidate.plain(), parameters, candidate.plain().digital_operands(parameters, false), samples,
               key);
  ProgrammedNetwork programmed(candidate, parameters, chip->bfloat16, key.with("chip"));
  programmed.calibrate(chip->post_training, chip->calibration, key.with("calibration"));
  const RandomKey at = key.with("time");
  const auto operands = programmed.read(chip->time_s, at);
  const auto& config = chip->post_training;
  const bool anew = config.batch_norm_samples > 0 && config.batch_norm_at == BatchNormTime::every_time;
  const auto own = anew ? programmed.calibrated_parameters(operands, config, chip->calibration,
                                                           at.with("batch norm calibration"))
                        : programmed.parameters();
  return run(candidate.network(), own, operands, samples, at);
}

}  // namespace mho
