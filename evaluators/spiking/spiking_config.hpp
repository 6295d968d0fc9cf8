// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/analog/hardware.hpp"
#include "core/base/config_file.hpp"
#include "core/data/dataset.hpp"

namespace mho {

/// What a spiking network learns: to draw a curve, or to tell classes of a data set apart.
enum class SpikingTask { pattern, classes };
template <>
inline constexpr std::array words_of<SpikingTask>{"pattern", "classes"};

/// How gradients become weights (Demirag et al., arXiv 2108.01804).
enum class WriteScheme { floating, digital_accumulator, sign, stochastic, multi_memory, mixed_precision };
template <>
inline constexpr std::array words_of<WriteScheme>{"float",      "digital_accumulator", "sign",
                                                  "stochastic", "multi_memory",        "mixed_precision"};

/// How numbers become spikes.
enum class SpikeCoding { rate, delta };
template <>
inline constexpr std::array words_of<SpikeCoding>{"rate", "delta"};

/// Leaky integrate-and-fire neurons and their leaky read-out.
struct LifConfig {
  int neurons = 100;
  double step_s = 1e-3;
  double tau_s = 0.03;             ///< of a neuron's potential
  double tau_out_s = 0.03;         ///< of a read-out's
  double threshold = 0.1;          ///< of a spike, which subtracts it
  double pseudo_derivative = 0.3;  ///< its height

  /// What is left of a potential after one step.
  float alpha() const;
  float kappa() const;
};

/// Learning rates of the three matrices.
struct SpikingRates {
  double input = 5e-5, recurrent = 5e-5, output = 1e-5;
};

/// How numbers of a sample become spikes, see spike_coding.hpp.
struct SpikeCodingConfig {
  SpikeCoding coding = SpikeCoding::rate;
  int steps_per_frame = 10;
  double full_rate_hz = 100;
  double full_scale = 2;
  double delta = 0.5;
};

/// The [spiking] table.
struct SpikingConfig {
  SpikingTask task = SpikingTask::pattern;
  WriteScheme scheme = WriteScheme::floating;
  std::uint64_t seed = 0;
  int epochs = 250;
  int batch = 1;  ///< samples of a weight update
  LifConfig lif = {};
  double initial_gain = 0.05;
  SpikingRates rates = {};
  double clip_gradient = 100;
  double target_rate_hz = 12;
  double rate_regularisation = 3e-4;
  double weight_bound = 0.25;  ///< the largest weight; a full pair of devices

  int inputs = 100;  ///< pattern
  int steps = 1000;
  double input_rate_hz = 50;

  std::string device = "pcm_accumulative";
  double g_max_us = 0;
  DeviceParameters device_parameters = {};
  double sign_threshold = 0.9;
  int memories = 4;
  double write_threshold = 1;
  int refresh_every = 100;
  double refresh_level = 0.75;
  double pause_s = 0;
  bool fresh_reads = true;

  SpikeCodingConfig coding = {};
  TaskConfig data = {};  ///< [task], of classes
  int programmings = 10;
  std::vector<double> times_s = {1, 86400};
  CompensationMode drift_compensation = CompensationMode::global;

  void fields(FieldVisitor& visitor);
  /// [spiking] [task] [device] [device.NAME], bound to this object.
  std::vector<Section> sections();
  /// Whether weights live on devices while they learn.
  bool on_devices() const { return scheme >= WriteScheme::sign; }
};

/// Throws ConfigError (section.key: expected, got): a device that cannot do what the scheme asks, a device
/// that does not know the scoring times, a task that is not classes.
void check_spiking(const SpikingConfig& config);

/// The crossbars that hold such weights: pairs (`memories` of them for multi_memory), read without
/// converters, because spikes are whole and columns end in neurons.
HardwareConfig spiking_hardware(const SpikingConfig& config);

}  // namespace mho
