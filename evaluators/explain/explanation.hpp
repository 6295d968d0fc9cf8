// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/data/metric.hpp"
#include "evaluators/explain/layer_errors.hpp"
#include "evaluators/scoring/scoring.hpp"

namespace mho {

/// How much is looked at: more takes longer and tells smaller causes from chance.
struct ExplanationSize {
  int programmings = 3;        ///< chips, the same for every question: differences are of equal devices
  int layer_programmings = 2;  ///< of them, chips whose layers are measured
  int layer_images = 16;       ///< that the layers' products are measured on
};

/// The task's metric under another hardware beside that of the chip asked about, on the same devices.
struct Change {
  double value = 0;  ///< of the metric, mean over the programmings
  double gain = 0;   ///< by how much it is better, mean of the differences
  double error = 0;  ///< standard error of `gain`; 0 for one programming
};

/// One effect switched off, and alone.
struct EffectCost {
  Effect effect{};
  Change off;    ///< against the chip with all of them
  Change alone;  ///< against a chip with none of them: `gain` is below 0 where it costs
  /// Mean of what it gives back and of what it costs alone: the first misses what another effect hides, the
  /// second what only both together do.
  double weight() const { return (off.gain - alone.gain) / 2; }
};

/// One layer kept digital.
struct LayerCost {
  LayerErrors errors;
  Change digital;  ///< against the chip with all layers on crossbars
};

/// The most costly layers kept digital together.
struct DigitalSet {
  std::vector<std::string> layers;
  Change digital;
};

/// Why the accuracy is low, most important first: an effect, or a layer that stands out.
struct Cause {
  std::string what;    ///< word of the effect, or "layer"
  std::string layer;   ///< the layer, or for an effect the one where it is largest
  double points = 0;   ///< EffectCost::weight or the layer's Change::gain, in hundredths of the metric
  double error = 0;    ///< standard error of these points
  std::string key;     ///< of the run file, with a value
  std::string advice;  ///< one sentence on that key
};

struct Explanation {
  double time_s = 0;
  int programmings = 0;
  std::int64_t images = 0;
  std::string metric = "accuracy";
  double digital = 0;
  DriftPoint chip;  ///< as the run file has it
  Change none;      ///< without any of the effects
  std::vector<EffectCost> effects;
  std::vector<LayerCost> layers;         ///< in the order of the network
  std::vector<DigitalSet> digital_sets;  ///< one layer more each time
  std::vector<Cause> causes;
};

/// Switches off each effect and each layer's crossbars in turn and measures what that gives back on
/// `held_out`; looks at every layer's products. Weights are complete (prepare_parameters). Same arguments,
/// same bits for any number of threads. Throws ConfigError for a time that the device does not know and a
/// network without a layer on crossbars.
Explanation explain(const ExplainedNetwork& network, const HeldOut& held_out, const ExplanationSize& size,
                    RandomKey key);

}  // namespace mho
