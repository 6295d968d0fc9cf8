// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/spiking_config.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/analog/devices/device_model.hpp"
#include "core/base/error.hpp"
#include "core/data/metric.hpp"

namespace mho {
namespace {

void network_fields(SpikingConfig& c, FieldVisitor& visitor) {
  auto& lif = c.lif;
  visitor.field("neurons", &lif.neurons, between(1, 4096), "Recurrent neurons, none connected to itself.");
  visitor.field("step_s", &lif.step_s, between(1e-6, 1), "One step of time.");
  visitor.field("tau_s", &lif.tau_s, between(1e-6, 1000), "Time constant of a neuron's potential.");
  visitor.field("tau_out_s", &lif.tau_out_s, between(1e-6, 1000), "Time constant of a read-out.");
  visitor.field("threshold", &lif.threshold, between(1e-6, 1e6),
                "Potential above which a neuron spikes, which subtracts as much.");
  visitor.field(
      "pseudo_derivative", &lif.pseudo_derivative, between(0, 10),
      "Height h of what stands for a spike's derivative: h max(0, 1 - |v - threshold| / threshold).");
  visitor.field("initial_gain", &c.initial_gain, between(0, 1000),
                "Initial weights and the fixed random feedback are normal, with this times sqrt(2 / rows).");
  visitor.field("weight_bound", &c.weight_bound, between(1e-6, 1e38),
                "Weights stay within +- this; on devices it is what a full pair stands for.");
}

void learning_fields(SpikingConfig& c, FieldVisitor& visitor) {
  visitor.field("epochs", &c.epochs, between(1, 1000000), "Passes through the samples.");
  visitor.field("batch", &c.batch, between(1, 10000), "classes: samples of a weight update.");
  visitor.field("input_learning_rate", &c.rates.input, between(0, 1e30),
                "Learning rate of the input weights, for gradients summed over the steps of a sample.");
  visitor.field("recurrent_learning_rate", &c.rates.recurrent, between(0, 1e30),
                "... of the recurrent ones.");
  visitor.field("output_learning_rate", &c.rates.output, between(0, 1e30), "... of the read-out's.");
  visitor.field("clip_gradient", &c.clip_gradient, between(0, 1e30),
                "Largest size of one weight's gradient; 0: none.");
  visitor.field("target_rate_hz", &c.target_rate_hz, between(0, 1e6),
                "Firing rate that neurons are drawn to.");
  visitor.field("rate_regularisation", &c.rate_regularisation, between(0, 1e6),
                "Learning signal for each Hz that a neuron fires more often than that.");
}

void pattern_fields(SpikingConfig& c, FieldVisitor& visitor) {
  visitor.field("inputs", &c.inputs, between(1, 4096),
                "pattern: Poisson inputs, the same spikes every epoch.");
  visitor.field("steps", &c.steps, between(10, 100000), "pattern: length, in steps.");
  visitor.field("input_rate_hz", &c.input_rate_hz, between(0, 1e6), "pattern: rate of every input.");
}

void device_fields(SpikingConfig& c, FieldVisitor& visitor) {
  visitor.field(
      "device", &c.device, anything(),
      "Device model. Schemes that write devices need one that takes pulses; float needs one only to be "
      "scored.");
  visitor.field("g_max_us", &c.g_max_us, at_least(0), "Largest conductance target; 0: the device's own.");
  visitor.field("sign_threshold", &c.sign_threshold, between(0, 1e30),
                "sign: gradients beyond +- this are worth one pulse.");
  visitor.field("memories", &c.memories, between(1, 64), "multi_memory: pairs of devices a weight.");
  visitor.field(
      "write_threshold", &c.write_threshold, between(1, 1e6),
      "mixed_precision, digital_accumulator: what an accumulator holds before its weight is written, in "
      "mean pulses of the device.");
  visitor.field("refresh_every", &c.refresh_every, between(1, 1000000000),
                "Weight updates between two looks for full pairs.");
  visitor.field(
      "refresh_level", &c.refresh_level, between(0.25, 1),
      "A pair with one device above this part of its range and the other above a quarter is written anew.");
  visitor.field("pause_s", &c.pause_s, between(0, 1e9),
                "Time between two weight updates beside the samples' own: devices drift.");
  visitor.field("fresh_reads", &c.fresh_reads, anything(),
                "Every spike reads its row of devices anew; false: one read of all serves a weight update's "
                "samples.");
}

void class_fields(SpikingConfig& c, FieldVisitor& visitor) {
  visitor.field("coding", &c.coding.coding,
                "classes: rate: two inputs a number fire as often as it lies above or below its mean; delta: "
                "two inputs a "
                "number fire as it rises or falls.");
  visitor.field("steps_per_frame", &c.coding.steps_per_frame, between(1, 10000),
                "classes: steps that a frame lasts.");
  visitor.field("full_rate_hz", &c.coding.full_rate_hz, between(0, 1e6), "rate: of a number at full_scale.");
  visitor.field("full_scale", &c.coding.full_scale, between(1e-6, 1e6),
                "rate: number at which the rate is full, in deviations from the number's mean.");
  visitor.field("delta", &c.coding.delta, between(1e-6, 1e6),
                "delta: change that is worth a spike, in deviations.");
  visitor.field("programmings", &c.programmings, between(1, 1000),
                "classes: chips that trained weights are scored on; of trained devices: reads.");
  visitor.field("times_s", &c.times_s, between(0, 1e12), "classes: when they are scored.");
  visitor.field("drift_compensation", &c.drift_compensation,
                "classes: how those scores undo the mean drift.");
}

}  // namespace

float LifConfig::alpha() const { return static_cast<float>(std::exp(-step_s / tau_s)); }
float LifConfig::kappa() const { return static_cast<float>(std::exp(-step_s / tau_out_s)); }

void SpikingConfig::fields(FieldVisitor& visitor) {
  visitor.field("task", &task,
                "pattern: draw a sum of four sinusoids; classes: tell the classes of [task] data apart.");
  visitor.field(
      "scheme", &scheme,
      "How gradients become weights. float: numbers; digital_accumulator: numbers on the grid of one "
      "pulse; on pairs of devices sign: one pulse for a large gradient, stochastic: one pulse as likely as "
      "the step is large, multi_memory: whole pulses of the step on several pairs in turn, "
      "mixed_precision: steps add up in digital until they are worth a pulse.");
  visitor.field("seed", &seed, at_least(0), "Of every random number.");
  network_fields(*this, visitor);
  learning_fields(*this, visitor);
  pattern_fields(*this, visitor);
  device_fields(*this, visitor);
  class_fields(*this, visitor);
}

std::vector<Section> SpikingConfig::sections() {
  std::vector<Section> all = {
      {"spiking", "Spiking networks: neurons, learning, devices.", [this](FieldVisitor& v) { fields(v); }},
      {"task", "Which data, and how they are split (spiking.task = classes).",
       [this](FieldVisitor& v) { data.fields(v); }}};
  for (auto& section : device_sections(device_parameters)) all.push_back(std::move(section));
  return all;
}

void check_spiking(const SpikingConfig& config) {
  if (config.on_devices() || config.scheme == WriteScheme::digital_accumulator)
    require_verb(config.device, DeviceVerb::pulse, "spiking.scheme = " + word_of(config.scheme));
  const auto model = make_device_model(config.device, config.g_max_us, config.device_parameters);
  if (config.task == SpikingTask::pattern) return;
  for (const double time_s : config.times_s) model->check_time(time_s);
  if (config.data.target != Target::classes)
    throw ConfigError(fmt::format("task.target: expected class with spiking.task = classes, got {}",
                                  word_of(config.data.target)));
  if (config.data.augmentation != Augmentation::none)
    throw ConfigError(fmt::format("task.augmentation: expected none with spiking.task = classes, got {}",
                                  word_of(config.data.augmentation)));
  check_target(config.data);
}

HardwareConfig spiking_hardware(const SpikingConfig& config) {
  HardwareConfig hardware;
  hardware.device = config.device;
  hardware.g_max_us = config.g_max_us;
  hardware.device_parameters = config.device_parameters;
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  hardware.drift_compensation = config.drift_compensation;
  if (config.scheme == WriteScheme::multi_memory) {
    hardware.cell.pair_significances.assign(static_cast<std::size_t>(config.memories), 1.0);
    hardware.cell.devices_per_cell = 2 * config.memories;
  }
  resolve_g_max(hardware);
  return hardware;
}

}  // namespace mho
