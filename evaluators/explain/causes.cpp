// SPDX-License-Identifier: Apache-2.0
#include "evaluators/explain/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

struct Remedy {
  std::string key, advice;
};

const Remedy fine_tuning{"training.from",
                         "train on under this hardware's noise from these weights (five epochs often do)"};

Remedy mend_dac_clipping(const HardwareConfig& hardware, const PostTrainingConfig& post_training) {
  if (hardware.input_range.mode == InputRangeMode::fixed)
    return {"hardware.input_range = \"percentile\"",
            fmt::format("every layer has the input range {:g}; let each have its own, of what it sees",
                        hardware.input_range.value)};
  if (!post_training.input_range)
    return {"post_training.input_range = true", "takes each tile's input range anew from what it sees"};
  return {"post_training.input_percentile = 100", "ranges then reach the largest input that was seen"};
}

Remedy mend_adc_clipping(const HardwareConfig& hardware, const PostTrainingConfig& post_training) {
  if (!post_training.column_range)
    return {"post_training.column_range = true",
            "makes each column's conductances so small that its outputs fit the ADC"};
  return {"hardware.adc_range",
          fmt::format("the ADC ends at {:g} full inputs; a wider one, or more bits", hardware.adc_range)};
}

Remedy mend_adc_rounding(const HardwareConfig& hardware, const Explanation& explanation) {
  double most_used = 0;
  for (const auto& layer : explanation.layers) most_used = std::max(most_used, layer.errors.adc_used);
  if (most_used < 0.5)
    return {fmt::format("hardware.adc_range = {:.2g}", std::max(0.1, most_used * hardware.adc_range)),
            fmt::format("no layer uses more than {:.0f} % of the ADC's range", 100 * most_used)};
  return {"training.regime = \"pim_qat\"",
          fmt::format("trains for an ADC of {} bits; or more bits (hardware.adc_bits)", hardware.adc_bits)};
}

Remedy mend_programming(const HardwareConfig& hardware) {
  if (hardware.programming.method == ProgrammingMethod::one_shot &&
      hardware.device_parameters.scales.programming_noise_scale > 1)
    return {"device.programming_noise_scale",
            fmt::format("programs {:g} times as badly as the device's own fit; or hardware.programming = "
                        "\"verify\", which programs again what reads too far off",
                        hardware.device_parameters.scales.programming_noise_scale)};
  if (hardware.programming.method == ProgrammingMethod::one_shot)
    return {"hardware.programming = \"verify\"",
            "programs again what reads too far off; or train on under noise (training.from)"};
  return fine_tuning;
}

Remedy mend_drift(const HardwareConfig& hardware, const PostTrainingConfig& post_training) {
  if (hardware.drift_compensation == CompensationMode::none)
    return {"hardware.drift_compensation = \"global\"", "nothing undoes the mean drift of a tile now"};
  if (post_training.batch_norm_samples == 0 || post_training.batch_norm_at != BatchNormTime::every_time)
    return {"post_training.batch_norm_samples = 512, post_training.batch_norm_at = \"every_time\"",
            "takes batch norms anew before each use; where there are none, train on under noise "
            "(training.from)"};
  return fine_tuning;
}

Remedy remedy(Effect effect, const Explanation& explanation, const HardwareConfig& hardware,
              const PostTrainingConfig& post_training) {
  switch (effect) {
    case Effect::dac_clipping:
      return mend_dac_clipping(hardware, post_training);
    case Effect::dac_rounding:
      return {"hardware.dac_bits",
              fmt::format("inputs have {} bits; narrower input ranges (post_training.input_range) make finer "
                          "steps of them",
                          hardware.dac_bits)};
    case Effect::adc_clipping:
      return mend_adc_clipping(hardware, post_training);
    case Effect::adc_rounding:
      return mend_adc_rounding(hardware, explanation);
    case Effect::programming_noise:
      return mend_programming(hardware);
    case Effect::drift:
      return mend_drift(hardware, post_training);
    case Effect::read_noise:
      return fine_tuning;
    case Effect::output_noise:
      return {
          "hardware.output_noise",
          fmt::format("every output has a noise of {:g} full inputs; larger outputs hide it: train on under "
                      "noise (training.from), or post_training.column_range = true",
                      hardware.output_noise)};
    case Effect::faults:
      return {"hardware.stuck_at_reset_rate, stuck_at_set_rate, dead_column_rate",
              "devices that do not work; post_training.affine_samples fits what a column still gives"};
    case Effect::ir_drop:
      return {"hardware.wire_resistance_ohm",
              "voltage lost along columns; fewer rows (hardware.crossbar_rows) "
              "lose less"};
    case Effect::weight_read_noise:
      return {"hardware.read_weight_noise", "noise of every read; train on under it (training.from)"};
    case Effect::s_shape:
      return {"hardware.s_shape", "outputs bend; train on under it (training.from)"};
    case Effect::column_spread:
      return {"post_training.affine_samples = 512", "fits each column's gain and offset on the chip"};
  }
  return fine_tuning;
}

/// The layer in which the effect is largest beside what the layer has to say.
std::string worst_layer(const Explanation& explanation, size_t effect) {
  const auto noise = [&](const LayerCost& layer) {
    return layer.errors.signal > 0 ? layer.errors.alone[effect] / layer.errors.signal : 0;
  };
  const auto worst =
      std::max_element(explanation.layers.begin(), explanation.layers.end(),
                       [&](const LayerCost& a, const LayerCost& b) { return noise(a) < noise(b); });
  return worst->errors.name;
}

void put_leading_layer_first(const Explanation& explanation, std::vector<Cause>& causes) {
  if (explanation.layers.size() < 2 || causes.empty()) return;
  std::vector<const LayerCost*> order;
  for (const auto& layer : explanation.layers) order.push_back(&layer);
  std::stable_sort(order.begin(), order.end(),
                   [](const LayerCost* a, const LayerCost* b) { return a->digital.gain > b->digital.gain; });
  const auto& best = *order[0];
  const auto& metric = metric_of(explanation.metric);
  if (metric.points(best.digital.gain) < leading_share * causes.front().points ||
      best.digital.gain < leading_factor * std::max(0.0, order[1]->digital.gain))
    return;
  causes.insert(
      causes.begin(),
      {"layer", best.errors.name, metric.points(best.digital.gain), metric.points(best.digital.error),
       fmt::format("hardware.digital_layers = [\"{}\"]", best.errors.name),
       fmt::format("this layer alone gives back so much; the next best gives {:.1f} {}",
                   metric.points(order[1]->digital.gain), metric.difference)});
}

}  // namespace

std::vector<Cause> rank_causes(const Explanation& explanation, const HardwareConfig& hardware,
                               const PostTrainingConfig& post_training) {
  const auto& metric = metric_of(explanation.metric);
  std::vector<Cause> causes;
  for (size_t i = 0; i < explanation.effects.size(); ++i) {
    const auto& cost = explanation.effects[i];
    const double error = std::hypot(cost.off.error, cost.alone.error) / 2;
    if (cost.weight() <= error) continue;
    auto [key, advice] = remedy(cost.effect, explanation, hardware, post_training);
    causes.push_back({word_of(cost.effect), worst_layer(explanation, i), metric.points(cost.weight()),
                      metric.points(error), key, advice});
  }
  std::stable_sort(causes.begin(), causes.end(),
                   [](const Cause& a, const Cause& b) { return a.points > b.points; });
  put_leading_layer_first(explanation, causes);
  return causes;
}

}  // namespace mho
