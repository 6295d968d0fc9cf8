// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/converter.hpp"
#include "core/analog/mapping/conductance_mapping.hpp"

namespace mho {

/// Sum over a column's rows of |ADC(conductance + output noise)|, one-hot inputs at full range, in units of
/// a full cell x full input: what the chip itself can measure (docs/sources.md). One a (row split, column),
/// as ConductanceTargets::scales. `conductances` are normalised, rows x columns; noise is drawn from `key`.
std::vector<float> read_out_columns(const ConductanceTargets& targets, const std::vector<float>& conductances,
                                    const Converter& adc, float output_noise, RandomKey key);

/// HardwareConfig::drift_compensation: factors that undo the mean drift, from read-outs right after
/// programming and now.
class DriftCompensation {
 public:
  /// Throws ConfigError for an impossible converter.
  explicit DriftCompensation(const HardwareConfig& hardware);

  bool is_on() const { return mode_ != CompensationMode::none; }
  /// Whether the baseline is to be measured on programmed conductances, not on a read with its noise.
  bool is_exact() const { return mode_ == CompensationMode::exact; }

  /// Keeps the read-out of the conductances that the matrix begins with (normalised, rows x columns).
  void set_baseline(const ConductanceTargets& targets, const std::vector<float>& conductances, RandomKey key);

  /// What set_baseline keeps, for snapshots; empty without one.
  const std::vector<float>& baseline() const { return baseline_; }
  void restore_baseline(std::vector<float> baseline) { baseline_ = std::move(baseline); }

  /// Baseline over present read-out for each entry of ConductanceTargets::scales: that of the tile, or the
  /// column's own; 1 when switched off. A column whose mean read-out is below a step of the converter, then
  /// or now, takes its tile's factor: its own would be a ratio of rounding errors.
  std::vector<float> factors(const ConductanceTargets& targets, const std::vector<float>& conductances,
                             RandomKey key) const;

 private:
  std::vector<float> read_out(const ConductanceTargets& targets, const std::vector<float>& conductances,
                              RandomKey key) const;

  CompensationMode mode_;
  Converter adc_;
  float output_noise_;
  std::vector<float> baseline_;  ///< read-out of each column right after programming
};

}  // namespace mho
