// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/master_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "evaluators/training/calibration.hpp"

namespace mho {
namespace {

/// A learned input range shrinks only while fewer of its inputs are clipped (aihwkit's input_min_percentage).
constexpr double largest_clipped_share = 0.05;

/// By node; empty where nothing is frozen. Throws ConfigError for a layer that the network does not have.
std::vector<bool> frozen_nodes(const Architecture& architecture, const std::vector<std::string>& names) {
  std::vector<bool> frozen(names.empty() ? 0 : architecture.nodes().size());
  std::vector<std::string> known;
  for (const auto& node : architecture.nodes())
    if (node.parameters > 0) known.push_back(node.name);
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw ConfigError(fmt::format("training.frozen: expected layers with trained numbers ({}), got '{}'{}",
                                    join(known), name, did_you_mean(name, known)));
    for (size_t n = 0; n < frozen.size(); ++n)
      if (architecture.nodes()[n].name == name) frozen[n] = true;
  }
  return frozen;
}

/// Scales all gradients down together where their norm is above `most`.
void clip_gradients(Parameters& gradients, double most) {
  const auto for_all = [&](const auto& body) {
    for (auto& g : gradients)
      for (auto* values : {&g.weight, &g.bias, &g.gamma, &g.beta})
        for (float& value : *values) body(value);
  };
  double square = 0;
  for_all([&](float& value) { square += double{value} * value; });
  if (!(square > most * most)) return;  // not a number goes on, and is seen in the weights
  const auto factor = static_cast<float>(most / std::sqrt(square));
  for_all([&](float& value) { value *= factor; });
}

}  // namespace

OptimizerSettings optimizer_settings(const StoreContext& context) {
  const auto& config = context.config;
  const bool learned = context.hardware.input_range.mode == InputRangeMode::learned;
  return {config.optimizer,
          config.momentum,
          config.weight_decay,
          learned ? config.input_range_rate : 0,
          frozen_nodes(context.network.architecture(), config.frozen),
          context.key.with("optimizer")};
}

MasterCopyStore::MasterCopyStore(const StoreContext& context, Parameters initial)
    : context_(context),
      parameters_(std::move(initial)),
      gradients_(zero_gradients(parameters_)),
      optimizer_(optimizer_settings(context), parameters_) {}

void MasterCopyStore::calibrate(const Samples& samples) {
  calibrate_input_ranges(context_.candidate, parameters_, samples, calibration_samples);
}

void MasterCopyStore::accumulate(const TrainingNetwork& measured) {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    gradients_[i].input_range = 0;
    if (!operands_[i].learns_range) continue;
    const auto range = measured.range_gradient(static_cast<int>(i));
    const double decay =
        range.clipped_share() < largest_clipped_share ? context_.config.input_range_decay : 0;
    gradients_[i].input_range = static_cast<float>(parameters_[i].input_range * range.sum + decay);
  }
}

bool MasterCopyStore::commit(double learning_rate) {
  for (size_t i = 0; i < gradients_.size(); ++i)
    if (!is_open(i)) std::fill(gradients_[i].weight.begin(), gradients_[i].weight.end(), 0.0f);
  if (context_.config.clip_gradient > 0) clip_gradients(gradients_, context_.config.clip_gradient);
  optimizer_.step(parameters_, gradients_, learning_rate);
  const auto& moments = optimizer_.weight_moments();
  return std::all_of(moments.begin(), moments.end(),
                     [](const Moments& m) { return std::isfinite(m.square); });
}

void MasterCopyStore::resume(const Parameters& parameters, const OptimizerState& state) {
  parameters_ = parameters;
  optimizer_.restore(state);
}

}  // namespace mho
