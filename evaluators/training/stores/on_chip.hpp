// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "evaluators/training/chip_layer.hpp"
#include "evaluators/training/stores/master_copy.hpp"

namespace mho {

/// What the regimes share whose weights live on devices while they are trained: crossbar layers hold no
/// numbers, products read the devices as they are, and a mini-batch ends in pulses. Digital layers, biases
/// and batch norms keep their optimiser (without weight decay).
class OnChipStore : public MasterCopyStore {
 public:
  TrainingPhase phase_at(int, int) const override { return TrainingPhase::on_hardware; }
  void calibrate(const Samples& samples) override;
  const Operands& operands(TrainingPhase phase, RandomKey key) override;
  Parameters& digital_parameters() override { return parameters_; }
  void accumulate(const TrainingNetwork&) override {}
  bool commit(double learning_rate) override;
  Parameters& parameters() override;
  OptimizerState checkpoint() const override;
  void resume(const Parameters& parameters, const OptimizerState& state) override;
  void save(std::map<std::string, NamedTensor>& tensors) const override;
  void load(const std::map<std::string, NamedTensor>& tensors) override;
  std::shared_ptr<const TrainedChip> chip() const override;

 protected:
  /// What crossbar layers do with their gradients.
  enum class Gradients {
    vectors,     ///< every input and error moves the devices
    accumulated  ///< the optimiser steps accumulators, which move them
  };
  OnChipStore(const StoreContext& context, Parameters initial, Gradients gradients);

  /// Ends a mini-batch of one layer; returns the weights that moved. Layers may be asked side by side.
  virtual std::vector<DevicePulses> write(std::size_t node, double learning_rate, RandomKey key) = 0;

  std::size_t nodes() const { return layers_.size(); }
  /// Null where there is no crossbar.
  ChipLayer* layer(std::size_t node) { return layers_[node].get(); }
  const ChipLayer* layer(std::size_t node) const { return layers_[node].get(); }
  /// What the optimiser has added up, in weight units, rows as the parameters have them; Gradients::vectors:
  /// empty.
  FloatBuffer& accumulator(std::size_t node) { return accumulators_[node]; }
  float bound(std::size_t node) const { return bounds_[node]; }
  int batch() const { return batch_; }
  const DeviceModel& model() const { return *model_; }
  /// Targets of the layer's devices for weights, under the layer's bound.
  ConductanceTargets targets_of(std::size_t node, const FloatBuffer& weights) const;
  /// Every matrix whose devices are written, for the counts.
  virtual std::vector<const CrossbarMatrix*> written() const;
  /// Programs the layer's devices to weights (rows as the parameters have them) relative to their references.
  void program(std::size_t node, const FloatBuffer& weights, RandomKey key);

 private:
  void place(std::size_t node, bool follows);
  void swap_accumulators();
  bool refresh(std::size_t node);
  void read_layer(std::size_t node);

  std::shared_ptr<const DeviceModel> model_;
  Gradients kind_;
  std::vector<std::unique_ptr<ChipLayer>> layers_;  ///< one a node
  std::vector<float> bounds_;                       ///< weight of a full device, one a node
  std::vector<FloatBuffer> accumulators_;
  std::vector<char> stale_;  ///< one a node: the operand has to be read again
  RandomKey key_{0};         ///< of the mini-batch at hand
  int batch_ = 0;
  std::int64_t samples_ = 0;  ///< seen
};

/// Brings every device to its symmetry point by `pulses` pulses and takes it as the zero of its weight.
void shift_to_symmetry_point(CrossbarMatrix& matrix, int pulses, RandomKey key);

/// The values of a state's tensor. Throws DataError (tensor, expected, found).
const std::vector<float>& state_tensor(const std::map<std::string, NamedTensor>& tensors,
                                       const std::string& name, std::size_t numbers);

/// Refuses what no on-chip regime can do. Throws ConfigError; `regime` is the word.
void check_on_chip(const std::string& regime, const TrainingConfig& training, const HardwareConfig& hardware);

/// The same, and devices without a symmetry point.
void check_symmetric(const std::string& regime, const TrainingConfig& training,
                     const HardwareConfig& hardware);

}  // namespace mho
