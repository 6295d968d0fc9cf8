// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/on_chip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analog/tile/refresh.hpp"
#include "core/base/error.hpp"
#include "core/base/largest.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/training/write_counts.hpp"

namespace mho {
namespace {

std::string prefix_of(size_t node) { return fmt::format("chip.{}.", node); }

/// Decay would pull on accumulators, which are not weights.
OptimizerSettings without_decay(OptimizerSettings settings) {
  settings.weight_decay = 0;
  return settings;
}

bool has_single_reads(const DeviceModel& model, const HardwareConfig& hardware) {
  return model.reads_as_written() &&
         (hardware.wires.ir_drop != IrDrop::ladder || hardware.wires.wire_resistance_ohm == 0);
}

}  // namespace

OnChipStore::OnChipStore(const StoreContext& context, Parameters initial, Gradients gradients)
    : MasterCopyStore(context, std::move(initial)),
      model_(make_device_model(context.hardware.device, context.hardware.g_max_us,
                               context.hardware.device_parameters)),
      kind_(gradients),
      layers_(parameters_.size()),
      bounds_(parameters_.size()),
      accumulators_(parameters_.size()),
      stale_(parameters_.size(), 1),
      batch_(context.batch) {
  if (gradients == Gradients::vectors && context.config.clip_gradient > 0)
    throw ConfigError("training.clip_gradient has no effect with training.regime = " + context.config.regime +
                      ", whose gradients are never summed: change one of them");
  operands_.resize(parameters_.size());
  for (size_t i = 0; i < nodes(); ++i)
    if (context.network.matrix(static_cast<int>(i)) && is_on_crossbar(context.network, static_cast<int>(i)))
      place(i, has_single_reads(*model_, context.hardware));
  swap_accumulators();
  optimizer_ = Optimizer(without_decay(optimizer_settings(context)), parameters_);
  swap_accumulators();
}

void OnChipStore::place(size_t node, bool follows) {
  const auto& config = context_.config.on_chip;
  const auto& weights = parameters_[node].weight;
  const Node& here = context_.network.architecture().nodes()[node];
  const auto& name = here.name;
  if (kind_ == Gradients::vectors && !here.running.pulses_by_vector)
    throw ConfigError(fmt::format(
        "training.regime = {}: expected layers whose devices all hold weights, got {} '{}': pulses of "
        "whole vectors would move the cells that stay zero; expected lstm, rnn, or mixed_precision",
        context_.config.regime, layer_name(here.layer), name));
  const float most = largest_magnitude(weights);
  bounds_[node] = config.weight_bound > 0 ? static_cast<float>(config.weight_bound)
                                          : most * static_cast<float>(config.weight_headroom);
  if (bounds_[node] == 0) bounds_[node] = 1;  // a layer of zeros
  if (most > bounds_[node])
    throw ConfigError(fmt::format(
        "training.weight_bound: expected at least {:.3g}, the largest initial weight of layer '{}' (or 0: "
        "weight_headroom times that), got {}",
        most, name, config.weight_bound));
  const int index = static_cast<int>(node);
  const ChipLayerSite site{*context_.network.matrix(index), context_.hardware,
                           context_.network.needs_input_gradient(index), follows};
  layers_[node] =
      std::make_unique<ChipLayer>(site, CrossbarMatrix(targets_of(node, weights), context_.hardware, *model_,
                                                       context_.key.with("layer", node)));
  if (kind_ == Gradients::vectors) {
    layers_[node]->hold_batch(batch_);
    gradients_[node].weight = {};
  } else {
    accumulators_[node].assign(weights.size(), 0.0f);
  }
}

ConductanceTargets OnChipStore::targets_of(size_t node, const FloatBuffer& weights) const {
  const auto& layer = *context_.network.matrix(static_cast<int>(node));
  LayerParameters own;
  own.weight = weights;
  own.column_scales.assign(static_cast<size_t>(layer.row_splits()) * static_cast<size_t>(layer.columns()),
                           bounds_[node]);
  return layer_targets(layer, own, context_.hardware);
}

void OnChipStore::program(size_t node, const FloatBuffer& weights, RandomKey key) {
  auto targets = targets_of(node, weights);
  auto& matrix = layers_[node]->matrix();
  for (size_t p = 0; p < targets.targets_us.size(); ++p) {
    const auto& reference_us = matrix.reference_us(p);
    for (size_t i = 0; i < reference_us.size(); ++i)
      targets.targets_us[p][i] += reference_us[i] - targets.cell.planes[p].reference_us;
  }
  matrix.program(std::move(targets), key);
  stale_[node] = 1;
}

void OnChipStore::calibrate(const Samples& samples) {
  parameters();
  MasterCopyStore::calibrate(samples);
  std::fill(stale_.begin(), stale_.end(), char{1});
}

const Operands& OnChipStore::operands(TrainingPhase, RandomKey key) {
  key_ = key;
  parallel_for(nodes(), [&](size_t i) {
    const int node = static_cast<int>(i);
    if (layers_[i]) return read_layer(i);
    const auto* layer = context_.network.matrix(node);
    if (!layer) return;
    layer->pack_forward(parameters_[i].weight.data(), operands_[i].forward);
    if (context_.network.needs_input_gradient(node)) layer->pack_backward(operands_[i]);
  });
  return operands_;
}

void OnChipStore::read_layer(size_t node) {
  if (stale_[node])
    layers_[node]->read(parameters_[node], key_.with("read", node), context_.key.with("columns", node),
                        operands_[node]);
  stale_[node] = 0;
  layers_[node]->begin_batch(key_.with("layer", node));
}

bool OnChipStore::commit(double learning_rate) {
  swap_accumulators();
  const bool finite = MasterCopyStore::commit(learning_rate);
  swap_accumulators();
  parallel_for(nodes(), [&](size_t i) {
    if (!layers_[i]) return;
    std::vector<DevicePulses> moved;
    if (is_open(i)) moved = write(i, learning_rate, key_.with("write", i));
    layers_[i]->matrix().advance(context_.config.on_chip.seconds_per_sample * batch_);
    if (refresh(i) || !layers_[i]->follow(moved, operands_[i])) stale_[i] = 1;
  });
  samples_ += batch_;
  return finite;
}

/// Whether pairs were written anew.
bool OnChipStore::refresh(size_t node) {
  const auto& config = context_.config.on_chip;
  auto& matrix = layers_[node]->matrix();
  const bool due = samples_ / config.refresh_every != (samples_ + batch_) / config.refresh_every;
  if (!due || matrix.targets().cell.planes.size() == 1) return false;
  return refresh_pairs(matrix, {.full = config.refresh_level}, key_.with("refresh", node)) > 0;
}

/// What the optimiser steps of a crossbar layer are its accumulators.
void OnChipStore::swap_accumulators() {
  for (size_t i = 0; i < nodes(); ++i)
    if (layers_[i]) std::swap(parameters_[i].weight, accumulators_[i]);
}

Parameters& OnChipStore::parameters() {
  for (size_t i = 0; i < nodes(); ++i) {
    if (!layers_[i]) continue;
    const auto weights = layers_[i]->weights();
    std::copy(weights.begin(), weights.end(), parameters_[i].weight.begin());
  }
  return parameters_;
}

/// Moments are shaped like the parameters in a checkpoint, also of layers that have none.
OptimizerState OnChipStore::checkpoint() const {
  auto state = optimizer_.state();
  for (auto* moments : {&state.first, &state.second})
    for (size_t i = 0; i < moments->size(); ++i) (*moments)[i].weight.resize(parameters_[i].weight.size());
  return state;
}

void OnChipStore::resume(const Parameters& parameters, const OptimizerState& state) {
  auto own = state;
  for (auto* moments : {&own.first, &own.second})
    for (size_t i = 0; i < moments->size(); ++i)
      if (layers_[i] && kind_ == Gradients::vectors) (*moments)[i].weight = {};
  MasterCopyStore::resume(parameters, own);
  std::fill(stale_.begin(), stale_.end(), char{1});
}

void OnChipStore::save(std::map<std::string, NamedTensor>& tensors) const {
  const auto high = static_cast<float>(samples_ >> 20), low = static_cast<float>(samples_ & 0xfffff);
  tensors["chip.samples"] = {{2}, {high, low}};
  for (size_t i = 0; i < nodes(); ++i) {
    if (!layers_[i]) continue;
    layers_[i]->matrix().save(prefix_of(i), tensors);
    const auto& sums = accumulators_[i];
    if (!sums.empty())
      tensors[prefix_of(i) + "accumulator"] = {{std::ssize(sums)}, {sums.begin(), sums.end()}};
  }
}

void OnChipStore::load(const std::map<std::string, NamedTensor>& tensors) {
  const auto& count = state_tensor(tensors, "chip.samples", 2);
  samples_ = (static_cast<std::int64_t>(count[0]) << 20) + static_cast<std::int64_t>(count[1]);
  for (size_t i = 0; i < nodes(); ++i) {
    if (!layers_[i]) continue;
    layers_[i]->matrix().load(prefix_of(i), tensors);
    if (accumulators_[i].empty()) continue;
    const auto& sums = state_tensor(tensors, prefix_of(i) + "accumulator", accumulators_[i].size());
    std::copy(sums.begin(), sums.end(), accumulators_[i].begin());
  }
  std::fill(stale_.begin(), stale_.end(), char{1});
}

std::shared_ptr<const TrainedChip> OnChipStore::chip() const {
  auto chip = std::make_shared<TrainedChip>();
  chip->model = model_;
  chip->key = context_.key;
  std::int64_t products = 0, weights = 0;
  for (size_t i = 0; i < nodes(); ++i) {
    chip->matrices.push_back(layers_[i] ? std::make_unique<CrossbarMatrix>(layers_[i]->matrix()) : nullptr);
    if (!layers_[i]) continue;
    weights += std::int64_t{layers_[i]->matrix().rows()} * layers_[i]->matrix().columns();
    const int ways = context_.network.needs_input_gradient(static_cast<int>(i)) ? 2 : 1;
    products += samples_ * ways * layers_[i]->products_per_image();
  }
  chip->writes = count_writes(written(), weights, samples_, *model_);
  chip->writes.products = products;
  return chip;
}

std::vector<const CrossbarMatrix*> OnChipStore::written() const {
  std::vector<const CrossbarMatrix*> all;
  for (const auto& layer : layers_)
    if (layer) all.push_back(&layer->matrix());
  return all;
}

void shift_to_symmetry_point(CrossbarMatrix& matrix, int pulses, RandomKey key) {
  for (size_t plane = 0; plane < matrix.targets().cell.planes.size(); ++plane)
    matrix.set_reference(plane, matrix.find_symmetry_point(plane, pulses, key.with("plane", plane)));
}

const std::vector<float>& state_tensor(const std::map<std::string, NamedTensor>& tensors,
                                       const std::string& name, size_t numbers) {
  const auto found = tensors.find(name);
  const size_t got = found == tensors.end() ? 0 : found->second.values.size();
  if (got != numbers)
    throw DataError(fmt::format("chip state: tensor {}: expected {} numbers, found {}", name, numbers, got));
  return found->second.values;
}

void check_on_chip(const std::string& regime, const TrainingConfig& training,
                   const HardwareConfig& hardware) {
  require_verb(hardware.device, DeviceVerb::pulse, "training.regime = " + regime);
  const auto model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  if (model->one_sided() && hardware.cell.kind == CellKind::single)
    throw ConfigError(
        fmt::format("hardware.mapping: expected pairs with training.regime = {} on {}, whose pulses go one "
                    "way, got single",
                    regime, hardware.device));
  if (training.optimizer == OptimizerKind::lns_madam)
    throw ConfigError("training.optimizer = lns_madam: expected a regime whose weights are numbers, got " +
                      regime);
  if (hardware.input_range.mode == InputRangeMode::learned)
    throw ConfigError("hardware.input_range = learned has no effect with training.regime = " + regime +
                      ": change one of them");
}

void check_symmetric(const std::string& regime, const TrainingConfig& training,
                     const HardwareConfig& hardware) {
  check_on_chip(regime, training, hardware);
  const auto model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  if (model->one_sided())
    throw ConfigError(fmt::format(
        "training.regime = {}: expected a device with a symmetry point, got {}, whose pulses go one way",
        regime, hardware.device));
}

}  // namespace mho
