// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/analog/array_config.hpp"
#include "core/analog/converter.hpp"
#include "core/analog/devices/device_parameters.hpp"
#include "core/analog/input_range.hpp"
#include "core/analog/mvm_effects.hpp"
#include "core/base/fields.hpp"
#include "core/base/row_cut.hpp"

namespace mho {

/// What the largest |weight| is taken over before it becomes g_max: each column of a tile, or the tile.
enum class WeightScaling { column, tile };
template <>
inline constexpr std::array words_of<WeightScaling>{"column", "tile"};

/// How the mean drift is undone, see DriftCompensation.
enum class CompensationMode { none, global, exact, column };
template <>
inline constexpr std::array words_of<CompensationMode>{"none", "global", "exact", "column"};

/// Parts of the converters that a question may leave out ("what if nothing were clipped?"); no keys of a run
/// file. Everything else of a product stays as it is.
struct WhatIf {
  bool dac_rounds = true;
  bool adc_clips = true;  ///< also in the read-outs of the drift compensation
  bool adc_rounds = true;
};

/// The [hardware] table: device model, weight mapping, converters and crossbar size. One set of numbers for
/// the training path (noisy weight copy, fused converters) and for the device path (programmed conductances).
struct HardwareConfig {
  std::string device = "pcm";  ///< device model, see core/analog/devices
  double g_max_us = 25.0;      ///< largest conductance target, µS; 0: the device's own, see resolve_g_max
  int crossbar_rows = 256;
  int crossbar_columns = 256;
  WeightScaling weight_scaling = WeightScaling::column;
  int dac_bits = 8;                 ///< 0 switches the input converter off
  int adc_bits = 8;                 ///< 0 switches the output converter off
  double adc_range = 10.0;          ///< largest |output|, in units of (g_max x full input)
  double output_noise = 0.04;       ///< standard deviation of one output, same unit
  double input_percentile = 99.95;  ///< of |input| over the calibration samples: the DAC's range
  CompensationMode drift_compensation = CompensationMode::global;
  CellConfig cell = {};
  FaultConfig faults = {};
  ProgrammingConfig programming = {};
  WireConfig wires = {};
  InputRangeConfig input_range = {};
  MvmEffects effects = {};
  std::vector<std::string> digital_layers = {};  ///< matrix layers that lie on no crossbar, by name

  WhatIf what_if = {};

  /// How layers' matrices are cut for these crossbars: [chip] row_split of a run file. Layers' matrices come
  /// to core/analog cut: with rows in the order of the crossbars, and as_cut hardware.
  RowSplit row_split = RowSplit::dense;

  /// Coefficients of the device models; tables of their own, [device] and [device.NAME] (device_sections).
  DeviceParameters device_parameters = {};

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError for settings that do not exist or contradict each other.
  void check() const;
};

/// The converters of that hardware's tiles, in units of the input range and of g_max x full input, as
/// `what_if` leaves them. Throw ConfigError for an impossible converter.
Converter input_converter(const HardwareConfig& hardware);
Converter output_converter(const HardwareConfig& hardware);

/// The hardware of a matrix that is cut so: as many of its crossbars' rows are used as a full split has.
HardwareConfig as_cut(HardwareConfig hardware, const RowCut& cut);

/// Puts the device's own largest conductance where g_max_us is 0, and checks that the device can be made.
/// Throws ConfigError like make_device_model.
void resolve_g_max(HardwareConfig& hardware);

}  // namespace mho
