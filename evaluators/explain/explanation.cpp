// SPDX-License-Identifier: Apache-2.0
#include "evaluators/explain/explanation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/explain/causes.hpp"
#include "evaluators/scoring/prediction.hpp"
#include "evaluators/scoring/statistics.hpp"

namespace mho {
namespace {

constexpr size_t most_digital_together = 3;

/// The metric of one hardware after another on the same chips.
class Chips {
 public:
  /// `wide`: the parameters with wide input ranges.
  Chips(const ExplainedNetwork& network, const Parameters& wide, const HeldOut& held_out, int programmings,
        RandomKey key)
      : network_(network),
        wide_(wide),
        held_out_(held_out),
        runs_(static_cast<size_t>(programmings)),
        key_(key) {}

  double largest() const { return held_out_.metric.largest(); }

  /// [variant][programming]
  std::vector<std::vector<double>> values(const std::vector<Variant>& asked) const {
    std::vector<std::vector<double>> found(asked.size(), std::vector<double>(runs_));
    parallel_for(asked.size() * runs_, [&](size_t i) {
      const auto& [hardware, wide_ranges] = asked[i / runs_];
      const CompiledCandidate candidate(network_.architecture, hardware);
      const PredictionChip chip{network_.time_s, network_.post_training, network_.calibration};
      const auto outputs = predict(candidate, wide_ranges ? wide_ : network_.parameters, held_out_.samples,
                                   chip, key_.with("programming", i % runs_));
      found[i / runs_][i % runs_] = held_out_.metric.value(outputs, held_out_.samples);
    });
    return found;
  }

  Change change(const std::vector<double>& values, const std::vector<double>& from) const {
    std::vector<double> gains;
    for (size_t run = 0; run < values.size(); ++run)
      gains.push_back(held_out_.metric.gain(values[run]) - held_out_.metric.gain(from[run]));
    return {mean_of(values), mean_of(gains), deviation_of(gains) / std::sqrt(static_cast<double>(runs_))};
  }

 private:
  const ExplainedNetwork& network_;
  const Parameters& wide_;
  const HeldOut& held_out_;
  size_t runs_;
  RandomKey key_;
};

Variant with_digital(HardwareConfig hardware, const std::vector<std::string>& layers) {
  hardware.digital_layers.insert(hardware.digital_layers.end(), layers.begin(), layers.end());
  return {std::move(hardware)};
}

/// All questions that need no other's answer, in one go: threads share them.
void ask_each(const ExplainedNetwork& network, const Chips& chips, Explanation& result) {
  const auto& hardware = network.hardware;
  std::vector<Effect> effects;
  for (const auto& cost : result.effects) effects.push_back(cost.effect);
  std::vector<Variant> asked{{hardware}, without_all(hardware, effects)};
  for (const Effect effect : effects) {
    asked.push_back(without({hardware}, effect));
    asked.push_back(with_only(hardware, effect, effects));
  }
  for (const auto& layer : result.layers) asked.push_back(with_digital(hardware, {layer.errors.name}));
  const auto values = chips.values(asked);
  result.chip = summarise(network.time_s, values[0], chips.largest());
  result.none = chips.change(values[1], values[0]);
  size_t next = 2;
  for (auto& cost : result.effects) {
    cost.off = chips.change(values[next], values[0]);
    cost.alone = chips.change(values[next + 1], values[1]);
    next += 2;
  }
  for (auto& layer : result.layers) layer.digital = chips.change(values[next++], values[0]);
}

/// The best of single layers together, one more each time; all layers together are no set.
void ask_sets(const ExplainedNetwork& network, const Chips& chips, Explanation& result) {
  std::vector<const LayerCost*> order;
  for (const auto& layer : result.layers) order.push_back(&layer);
  std::stable_sort(order.begin(), order.end(),
                   [](const LayerCost* a, const LayerCost* b) { return a->digital.gain > b->digital.gain; });
  std::vector<Variant> asked{{network.hardware}};
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(most_digital_together, order.size()) && i + 1 < order.size(); ++i) {
    names.push_back(order[i]->errors.name);
    result.digital_sets.push_back({names, {}});
    asked.push_back(with_digital(network.hardware, names));
  }
  const auto values = chips.values(asked);
  for (size_t i = 0; i < result.digital_sets.size(); ++i)
    result.digital_sets[i].digital = chips.change(values[i + 1], values[0]);
}

}  // namespace

Explanation explain(const ExplainedNetwork& network, const HeldOut& held_out, const ExplanationSize& size,
                    RandomKey key) {
  const CompiledCandidate candidate(network.architecture, network.hardware);
  candidate.device().check_time(network.time_s);
  const auto effects = effects_of(network.hardware, network.time_s);
  const auto inputs =
      record_layer_inputs(candidate, network.parameters, network.calibration, size.layer_images);
  Explanation result;
  result.time_s = network.time_s;
  result.programmings = size.programmings;
  result.images = held_out.samples.count();
  result.metric = held_out.metric.name;
  result.digital = digital_value(candidate, network.parameters, held_out);
  for (auto& layer : measure_layers(network, effects, inputs, size.layer_programmings, key.with("layers")))
    result.layers.push_back({std::move(layer), {}});
  if (result.layers.empty())
    throw ConfigError(
        "explain: expected a network with a layer on crossbars, got one without: it is digital");
  for (const Effect effect : effects) result.effects.push_back({effect, {}, {}});
  const auto wide = widened(candidate, network.parameters, inputs);
  const Chips chips(network, wide, held_out, size.programmings, key.with("chips"));
  ask_each(network, chips, result);
  ask_sets(network, chips, result);
  result.causes = rank_causes(result, network.hardware, network.post_training);
  return result;
}

}  // namespace mho
