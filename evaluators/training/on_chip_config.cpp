// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/on_chip_config.hpp"

namespace mho {

void OnChipConfig::fields(FieldVisitor& visitor) {
  visitor.field(
      "pulses", &pulses,
      "On-chip regimes: an outer product becomes coincidences of random pulse trains, or the nearest "
      "whole number of pulses on every device.");
  visitor.field("pulse_slots", &pulse_slots, between(1, 63), "Slots of a pulse train (BL).");
  visitor.field("update_management", &update_management, anything(),
                "Trains of rows and columns are made equally dense.");
  visitor.field("length_management", &length_management, anything(),
                "Trains have no more slots than the largest update of a vector needs.");
  visitor.field(
      "weight_bound", &weight_bound, between(0, 1e6),
      "On-chip regimes: the weight that stands for a full device, in every layer; 0: weight_headroom "
      "decides.");
  visitor.field("weight_headroom", &weight_headroom, between(1, 1000),
                "That bound over the largest initial weight of each layer: how much of the range is left.");
  visitor.field("seconds_per_sample", &seconds_per_sample, between(0, 1e6),
                "Time that passes while one sample trains: devices drift meanwhile, each from its own last "
                "write.");
  visitor.field(
      "symmetry_pulses", &symmetry_pulses, between(2, 10000000),
      "zero_shift, tiki_taka: pulses up and down in turn that look for each device's symmetry point "
      "before training.");
  visitor.field("write_threshold", &write_threshold, between(1, 1e6),
                "mixed_precision, hybrid: what an accumulator holds before its device is written, in mean "
                "steps of the device.");
  visitor.field("accumulator_bits", &accumulator_bits, between(0, 32),
                "Of those accumulators, with sign; 0: float32.");
  visitor.field("accumulator_range", &accumulator_range, between(1, 1e6),
                "What the largest number of accumulator_bits stands for, in mean steps of the device.");
  visitor.field("verify_writes", &verify_writes, anything(),
                "mixed_precision, hybrid: a written device is read, and its accumulator keeps what the write "
                "missed.");
  visitor.field("refresh_level", &refresh_level, between(0.25, 1),
                "Pairs of devices: where one device is above this part of its range, and the other above a "
                "quarter, the pair is written anew: the difference on one device.");
  visitor.field("refresh_every", &refresh_every, between(1, 1000000000),
                "Samples between two looks for such pairs.");
  visitor.field("fast_rate", &fast_rate, between(0, 1000),
                "tiki_taka: learning rate of the fast array; learning_rate is that of the weights.");
  visitor.field(
      "transfer_rate", &transfer_rate, between(0, 1e6),
      "tiki_taka: what a transfer adds to the buffer, over learning_rate, the fast array's row and the "
      "vectors since that row was read last.");
  visitor.field("transfer_every", &transfer_every, between(1, 1000000),
                "tiki_taka: vectors between two transfers of a row.");
}

UpdateConfig OnChipConfig::update() const {
  return {pulses == PulseChoice::stochastic, pulse_slots, update_management, length_management};
}

}  // namespace mho
