// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "evaluators/spiking/eprop.hpp"

namespace mho {

/// A recurrent spiking network that learns: its three matrices under a scheme, and the random feedback.
class SpikingNetwork {
 public:
  /// Draws initial weights and feedback from `key`. Throws ConfigError as make_device_model.
  SpikingNetwork(const SpikingConfig& config, int inputs, int outputs, RandomKey key);

  Connections connections() const { return {*input_, *recurrent_, *output_}; }
  const std::vector<float>& feedback() const { return feedback_; }
  int inputs() const { return input_->rows(); }
  int outputs() const { return output_->columns(); }
  EpropGradients gradients() const { return {inputs(), config_.lif.neurons, outputs()}; }

  void begin_update(RandomKey key);
  /// Adds a sample's gradients for its errors dE/dy, steps x outputs.
  void add_gradients(const LifRun& run, const SpikeTrain& inputs, std::span<const float> errors,
                     EpropGradients& gradients) const;
  /// One weight update with this part of the learning rates. The gradients are clipped; `seconds` have passed
  /// since the last one.
  void learn(EpropGradients& gradients, double part, double seconds, RandomKey key);

  /// Input, recurrent and output synapses.
  std::vector<const Synapses*> synapses() const { return {input_.get(), recurrent_.get(), output_.get()}; }
  const DeviceModel& model() const { return *model_; }
  SpikingWrites writes() const;

 private:
  std::unique_ptr<Synapses> make(int rows, int columns, RandomKey key) const;

  SpikingConfig config_;
  std::shared_ptr<const DeviceModel> model_;
  std::unique_ptr<Synapses> input_, recurrent_, output_;
  std::vector<float> feedback_;
};

/// Throws RunError (at which update) when outputs are no numbers, as they come to be when learning rates are
/// too large.
void check_finite(const LifRun& run, int update);

}  // namespace mho
