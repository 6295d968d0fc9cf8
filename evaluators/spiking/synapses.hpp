// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/base/random.hpp"
#include "evaluators/spiking/spiking_config.hpp"

namespace mho {

/// The weights between rows (whose spikes come) and columns (whose potentials they move), and what becomes of
/// their gradients: a scheme. The spiking form of a weight store; docs/decisions/0018-spiking-synapses.md
/// says why it is not the same interface.
class Synapses {
 public:
  Synapses(int rows, int columns) : rows_(rows), columns_(columns) {}
  virtual ~Synapses() = default;

  int rows() const { return rows_; }
  int columns() const { return columns_; }

  /// Before the samples of a weight update; reads come from `key`.
  virtual void begin_update(RandomKey /*key*/) {}
  /// A spike of `row`: adds the row's weights to `sums`, columns numbers. Where every spike reads anew, what
  /// is drawn depends on (key, spike). May be called side by side.
  void add_row(std::size_t row, RandomKey key, std::uint64_t spike, float* sums) const;
  /// weights -= rate x gradient (rows x columns), as the scheme can.
  virtual void learn(std::span<const float> gradient, double rate, RandomKey key) = 0;
  /// Time passes, s.
  virtual void advance(double /*seconds*/) {}

  /// As last written, rows x columns.
  virtual std::vector<float> weights() const { return held_; }
  /// The devices that hold them; null for numbers.
  virtual const CrossbarMatrix* matrix() const { return nullptr; }

 protected:
  virtual void read_row(std::size_t /*row*/, RandomKey /*key*/, std::span<float> /*weights*/) const {}

  std::vector<float> held_;  ///< weights that spikes meet; empty: every spike reads its row

 private:
  int rows_, columns_;
};

/// A matrix of neurons' weights that never were on a device, or were read from some.
class NumberSynapses : public Synapses {
 public:
  NumberSynapses(int rows, int columns, std::vector<float> weights, double bound = 0);
  /// Vanilla e-prop: w <- clip(w - rate g, +- bound).
  void learn(std::span<const float> gradient, double rate, RandomKey key) override;

 protected:
  float bound_;
};

/// Weights of the scheme for initial ones (rows x columns); `model` (of config.device) must outlive them.
std::unique_ptr<Synapses> make_synapses(const SpikingConfig& config, const DeviceModel& model, int rows,
                                        int columns, std::vector<float> initial, RandomKey key);

/// What pulses and refreshes did to devices.
struct SpikingWrites {
  std::int64_t devices = 0, pulses = 0, events = 0, programmed = 0;
  std::int64_t most_pulses = 0;  ///< on one device

  void add(const CrossbarMatrix& matrix);
};

}  // namespace mho
