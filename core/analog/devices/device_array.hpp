// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/analog/array_config.hpp"
#include "core/analog/devices/device_pulses.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/random.hpp"

namespace mho {

/// A device that nothing moves and that neither drifts nor makes noise.
struct StuckDevice {
  std::size_t device = 0;  ///< row * columns + column
  float conductance_us = 0;
};

/// A conductance that one device is to be brought to.
struct DeviceTarget {
  std::uint32_t device = 0;
  float target_us = 0;
};

/// What an array's devices went through.
struct DeviceCounters {
  std::int64_t programmed = 0;  ///< devices that were brought to a target, each time counted
  std::int64_t pulses = 0;
  std::int64_t events = 0;  ///< of one or more pulses in a row on one device
};

/// One number of every device's state, under its own name: what copying, saving and tests need.
struct StateColumn {
  std::string name;
  std::vector<float>* values = nullptr;
};

/// Devices side by side and what they hold: the typed state that a DeviceModel makes, and the verbs that move
/// it. Devices are drawn in blocks of block_devices, each with a key of its own, so that a block's state
/// stays in the first-level cache between a model and whoever sums up several devices of a cell.
///
/// Time: the array has a clock (advance), and every device remembers when it was last written. As long as
/// only whole arrays are programmed that is one number, and reads cost nothing more.
class DeviceArray {
 public:
  static constexpr std::size_t block_devices = 1024;

  /// `label` names the array's random draws.
  DeviceArray(std::string label, std::size_t devices);
  virtual ~DeviceArray() = default;
  virtual std::unique_ptr<DeviceArray> clone() const = 0;

  std::size_t size() const { return written_us_.size(); }
  const std::string& label() const { return label_; }

  /// Which devices are stuck from now on, by rising number, each once; they stay what they are stuck at
  /// through every verb.
  void stick(std::vector<StuckDevice> stuck);

  /// Brings every device to its target (µS) as `programming` says. With verify every device is read at once;
  /// those further than the margin from their target are programmed again and read again, until all lie
  /// within it or verify_iterations are spent; what was programmed last stays. Throws ConfigError for an
  /// impossible programming, RunError for another number of targets than devices.
  void program(std::span<const float> targets_us, const ProgrammingConfig& programming, RandomKey key);

  /// Brings single devices to their targets in the same way, each device once; their clocks start anew. What
  /// is drawn depends on (key, place in the list). Throws ConfigError for an impossible programming.
  void rewrite(std::span<const DeviceTarget> targets, const ProgrammingConfig& programming, RandomKey key);

  /// Applies pulses, in their order; a device may come more than once. What is drawn depends on (key, place
  /// in the list). Throws ConfigError where the model has no pulses.
  void pulse(std::span<const DevicePulses> pulses, RandomKey key);

  /// Time passes, s. Throws ConfigError for a negative time.
  void advance(double seconds);
  double now_s() const { return now_s_; }

  /// Conductances, µS, of devices [block * block_devices, ... + conductances_us.size()), read once
  /// `ahead_s` seconds from now, with fresh read noise from `key`. Throws ConfigError for an age that the
  /// model does not know.
  void read(std::size_t block, double ahead_s, RandomKey key, std::span<float> conductances_us) const;
  /// The same of any devices that lie side by side, at most block_devices, from `first` on: a row of a
  /// crossbar. What is drawn depends on (key, place).
  void read_some(std::size_t first, double ahead_s, RandomKey key, std::span<float> conductances_us) const;

  /// Conductances as they were last written, µS: before drift and without read noise.
  const std::vector<float>& written_us() const { return written_us_; }
  const DeviceCounters& counters() const { return counters_; }
  /// Pulses that each device has had; empty before the first one.
  const std::vector<std::uint32_t>& pulses_of() const { return pulses_of_; }
  /// Programming events (DeviceCounters::events) that each device has had; empty before the first one.
  const std::vector<std::uint32_t>& events_of() const { return events_of_; }

  /// The state, a column a number; the first one is written_us.
  virtual std::vector<StateColumn> state();

  /// Adds this array to `tensors` under names that begin with `prefix`, exactly.
  void save(const std::string& prefix, std::map<std::string, NamedTensor>& tensors) const;
  /// Takes back what save wrote. Throws DataError (tensor, expected, found) for another array's.
  void load(const std::string& prefix, const std::map<std::string, NamedTensor>& tensors);

 protected:
  /// Ages of the devices of one read, s: one for all, or each its own.
  struct Ages {
    double all_s = 0;
    std::span<const double> each_s = {};
    double of(std::size_t i) const { return each_s.empty() ? all_s : each_s[i]; }
  };

  /// An array of the same model for other devices.
  virtual std::unique_ptr<DeviceArray> like(std::size_t devices) const = 0;
  /// Programs devices [first, first + targets); device first + i depends on (key, i) only.
  virtual void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) = 0;
  /// Reads devices [first, first + conductances); `ages` are of these.
  virtual void read_devices(std::size_t first, const Ages& ages, RandomKey key,
                            std::span<float> conductances_us) const = 0;
  /// For devices that time moves: makes take_age_s of each of these what it holds, before pulses move it on.
  virtual void settle(std::span<const DevicePulses>) {}
  /// Seconds since the device was last written, which from now on was now.
  double take_age_s(std::size_t device);
  /// Pulses on devices of which none is stuck, in time proportional to them.
  virtual void pulse_devices(std::span<const DevicePulses> pulses, RandomKey key);

  std::vector<float> written_us_;

 private:
  void verify_block(std::size_t block, std::span<const float> targets_us,
                    const ProgrammingConfig& programming, RandomKey key);
  void load_stuck(const std::string& name, const std::map<std::string, NamedTensor>& tensors);
  void hold_stuck_devices();
  void mark_stuck_devices();
  void give_devices_clocks();

  std::string label_;
  std::vector<StuckDevice> stuck_;
  std::vector<bool> is_stuck_;        ///< of each device, where any is
  std::vector<DevicePulses> moving_;  ///< pulses without those on stuck devices; kept for its memory
  double now_s_ = 0;
  double written_s_ = 0;               ///< when the whole array was last programmed
  std::vector<double> own_written_s_;  ///< of each device, once one was written alone at another time
  DeviceCounters counters_;
  std::vector<std::uint32_t> pulses_of_, events_of_;
};

/// What the arrays of one model share: `Own` is the array's class, which (model, label, devices) make.
template <class Own, class Model>
class ModelArray : public DeviceArray {
 public:
  ModelArray(const Model& model, std::string label, std::size_t devices)
      : DeviceArray(std::move(label), devices), model_(model) {}
  std::unique_ptr<DeviceArray> clone() const override {
    return std::make_unique<Own>(static_cast<const Own&>(*this));
  }

 protected:
  std::unique_ptr<DeviceArray> like(std::size_t devices) const override {
    return std::make_unique<Own>(model_, label(), devices);
  }

  const Model& model_;
};

}  // namespace mho
