// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/base/files/safetensors.hpp"
#include "core/base/random.hpp"
#include "core/nn/graph/architecture.hpp"

namespace mho {

/// The trained numbers of one node; empty where the layer has none. On cache lines: an optimiser step reads
/// and writes nothing else.
struct LayerParameters {
  /// Convolution or dense weights, rows x columns row-major as in MatrixShape (rows: kernel row, kernel
  /// column, input channel of the group; columns: all output channels, groups one after the other); of a
  /// recurrent layer rows of inputs and then of states, a unit's blocks side by side.
  FloatBuffer weight;
  FloatBuffer bias;   ///< one a column
  FloatBuffer gamma;  ///< batch norm, one a channel
  FloatBuffer beta;
  FloatBuffer running_mean;
  FloatBuffer running_variance;
  /// Largest |input| that the layer's DAC takes; 0 until calibrated. Only layers with a crossbar matrix.
  float input_range = 0;
  /// What the outputs of the layer's tiles are multiplied by in digital to undo what a coarse ADC does to
  /// their spread (regime pim_qat); 1 elsewhere. Only layers with a crossbar matrix.
  float output_gain = 1;
  /// Set by post-training, empty otherwise: input ranges of the row splits (tiles one below the other), one a
  /// split, used instead of input_range.
  std::vector<float> split_ranges;
  /// Set by post-training, empty otherwise: the weight that stands for g_max, [split * columns + column]. A
  /// column whose scale is above its largest |weight| uses a part of the conductance range only.
  std::vector<float> column_scales;

  /// All numbers that some kind of layer has one of for each channel.
  static const std::vector<ChannelTensor>& channel_tensors();
};

/// One LayerParameters for each node of an architecture.
using Parameters = std::vector<LayerParameters>;

/// He-normal weights, zero biases, identity batch norms; recurrent layers as Recurrent::start. Element i of
/// node n depends on (key, n, i) only.
Parameters initial_parameters(const Architecture& architecture, RandomKey key);

/// Writes "<node>.weight" [rows, all columns], "<node>.bias", "<node>.gamma", ... [columns] and, for layers
/// with a matrix, where they are set, "<node>.input_range" [1], "<node>.output_gain" [1],
/// "<node>.split_ranges" [splits] and "<node>.column_scales" [splits, columns], as safetensors, atomically.
/// Throws RunError, also for parameters that are not those of the architecture.
void save_parameters(const std::filesystem::path& file, const Architecture& architecture,
                     const Parameters& parameters);

/// Reads them back; a layer without an input range has 0, "to be calibrated". Throws DataError naming the
/// file, the tensor, the expected and the found shape, or the index of a number that is not finite, of a
/// variance or column scale below 0, or of a range or gain that is not above 0.
Parameters load_parameters(const std::filesystem::path& file, const Architecture& architecture);

/// The same of tensors that are in memory; `where` stands for the file in messages.
Parameters read_parameters(std::map<std::string, NamedTensor> tensors, const Architecture& architecture,
                           const std::string& where);

}  // namespace mho
