// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/analog/devices/device_model.hpp"
#include "core/analog/hardware.hpp"
#include "core/analog/mapping/conductance_mapping.hpp"
#include "core/analog/tile/cell_sum.hpp"
#include "core/analog/tile/crossbar_snapshot.hpp"
#include "core/analog/tile/drift_compensation.hpp"
#include "core/analog/tile/frozen_matrix.hpp"
#include "core/analog/tile/update.hpp"

namespace mho {

/// A weight matrix on a grid of crossbars: every device's state from its programming on, and the verbs that
/// write, move and read it. A matrix of one tile is a crossbar. Devices lie a matrix at a time, one array for
/// each device of a cell, so that updates write the memory that products read; a tile is a window of them
/// (docs/decisions/0008-devices-a-matrix-at-a-time.md). Copies are the same devices at the same moment.
class CrossbarMatrix {
 public:
  /// Programs every device and draws faults; draws come from `key`. `model` (made for hardware.g_max_us) must
  /// outlive this. Throws ConfigError as HardwareConfig::check or for an impossible converter, MappingError
  /// when the targets' arrays do not fit their rows x columns.
  CrossbarMatrix(ConductanceTargets targets, const HardwareConfig& hardware, const DeviceModel& model,
                 RandomKey key);
  CrossbarMatrix(const CrossbarMatrix& other);
  CrossbarMatrix(CrossbarMatrix&&) = default;

  int rows() const { return targets_.rows; }
  int columns() const { return targets_.columns; }

  /// Programs the same devices (their faults and fixed properties stay) to other targets of the same shape,
  /// and takes the drift compensation's baseline anew. Throws MappingError for another shape.
  void program(ConductanceTargets targets, RandomKey key);

  /// Time passes, s: each device drifts from when it was last written.
  void advance(double seconds);

  /// Pulses on the devices of one plane of the cell, device = row * columns + column. Throws ConfigError for
  /// a model without pulses.
  void pulse(std::size_t plane, std::span<const DevicePulses> pulses, RandomKey key);

  /// Programs single devices of one plane as hardware.programming says; their clocks start anew.
  void rewrite(std::size_t plane, std::span<const DeviceTarget> targets, RandomKey key);

  /// weights -= learning_rate x d^T by pulses, every tile with trains of its own: in the mean where no bound
  /// or full train is in the way. x: rows, d: columns numbers, in units of inputs and of dL/d(output). Cells
  /// of one device move it both ways; of pairs the first one's plus moves up for more weight and its minus
  /// for less. Throws ConfigError for a model without pulses, and for single devices that only move up.
  void update(const float* x, const float* d, double learning_rate, const UpdateConfig& config,
              RandomKey key);
  /// The pulses of such updates, tile by tile and row by row, behind those in `pulses`: they do not depend on
  /// what the devices hold, so those of many vectors may be moved at once.
  void append_updates(const UpdateVectors& vectors, double learning_rate, const UpdateConfig& config,
                      RandomKey key, std::vector<DevicePulses>& pulses) const;
  /// Moves weights (DevicePulses::device = row * columns + column) by whole pulses up or down, in their
  /// order, as update does. Throws ConfigError for a model without pulses.
  void move(std::span<const DevicePulses> pulses, RandomKey key);
  /// Weight that one mean pulse moves in every (row split, column): [split * columns + column].
  const std::vector<float>& pulse_weights() const { return pulse_weights_; }

  /// What every device of the plane comes to, µS, by `pulses` pulses up and down in turn: the mean of the
  /// last two places. Its symmetry point where there are enough of them (Kim et al., arXiv 1907.10228).
  std::vector<float> find_symmetry_point(std::size_t plane, int pulses, RandomKey key);
  /// Conductances, µS, one a device of the plane, that stand for no weight from now on, in place of the
  /// cell's one: zero-shifting. Throws MappingError for another number of devices.
  void set_reference(std::size_t plane, std::vector<float> reference_us);
  /// Those of the plane; empty where the cell's own holds.
  const std::vector<float>& reference_us(std::size_t plane) const { return references_us_.at(plane); }

  /// One read of all crossbars `ahead_s` seconds from now, with fresh read noise from `key`. Throws
  /// ConfigError when the model refuses that age.
  MatrixRead read(double ahead_s, RandomKey key) const;
  /// The same without drift compensation: what a chip that is being trained multiplies with, whose read-outs
  /// change by more than drift.
  MatrixRead read_uncompensated(double ahead_s, RandomKey key) const;
  /// Weights of one row now, with fresh read noise: what a pulse on that row alone gives its columns. No
  /// drift compensation, no wires. `weights`: columns numbers.
  void read_row(int row, RandomKey key, std::span<float> weights) const;
  /// Takes the drift compensation's baseline anew from the devices as they are: the end of a training.
  void start_compensation(RandomKey key) { take_baseline(key); }
  /// That read as products through the tiles' periphery; input_ranges and chip as FrozenMatrix::hold.
  FrozenMatrix freeze(double ahead_s, const std::vector<float>& input_ranges, RandomKey key,
                      RandomKey chip) const;

  /// MatrixRead::conductances of one weight (row * columns + column) as last written: what
  /// read_uncompensated gives where DeviceModel::reads_as_written and no wires are in the way.
  float written_conductance(std::size_t weight) const;
  /// Those of the weights that moved, one a pulse entry.
  void written_conductances(std::span<const DevicePulses> moved, std::vector<float>& conductances) const;
  /// The weights that the devices hold as last written: no drift, no read noise. rows x columns.
  std::vector<float> weights() const;

  const ConductanceTargets& targets() const { return targets_; }
  /// Conductances of one plane of the cell as last written, µS, rows x columns.
  const std::vector<float>& written_us(std::size_t plane) const { return planes_.at(plane)->written_us(); }
  /// Of all planes.
  DeviceCounters counters() const;
  const DeviceArray& devices(std::size_t plane) const { return *planes_.at(plane); }
  const HardwareConfig& hardware() const { return hardware_; }
  /// Another number after every verb that writes devices or lets time pass.
  std::uint64_t revision() const { return revision_; }
  /// What one read-out of drift compensation uses, a row at a time; nothing where there is none to measure.
  TileUse read_out_use() const;
  /// Of the baselines taken so far. Copies begin at 0.
  const TileUse& read_outs() const { return read_outs_; }

  /// The whole state under names that begin with `prefix`, exactly; a matrix made of the same targets,
  /// hardware and model takes it back. load throws DataError (tensor, expected, found).
  void save(const std::string& prefix, std::map<std::string, NamedTensor>& tensors) const;
  void load(const std::string& prefix, const std::map<std::string, NamedTensor>& tensors);

 private:
  void take_baseline(RandomKey key);
  std::vector<float> read_conductances(double ahead_s, RandomKey key) const;
  std::vector<float> written_conductances() const;
  /// sum_cells of all weights, on the hardware's wires.
  std::vector<float> sum(const WriteBlock& write) const;
  /// Where the scale of a weight (row * columns + column) stands.
  std::size_t scale_of(std::size_t weight) const;
  float reference_of(std::size_t weight) const { return references_[references_.size() == 1 ? 0 : weight]; }
  /// What follows from targets, references and model.
  void derive();
  std::vector<SavedPlane> saved_planes() const;
  MatrixRead compensate(std::vector<float> conductances, const std::vector<float>& factors) const;

  ConductanceTargets targets_;
  const HardwareConfig hardware_;
  const DeviceModel* model_;
  std::vector<std::unique_ptr<DeviceArray>> planes_;
  std::vector<std::vector<float>> references_us_;  ///< by plane; empty where the cell's own holds
  std::vector<float> references_;                  ///< cell_references()
  std::vector<float> pulse_weights_;
  DriftCompensation compensation_;
  std::uint64_t revision_ = 0;
  TileUse read_outs_;
};

}  // namespace mho
