// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/config_file.hpp"
#include "core/chip/mapping/mapping_config.hpp"
#include "search/spaces/network_shape.hpp"

namespace mho {

/// Which networks a search varies.
enum class SpaceType { analognas, mobile, mlp, cell, sequence, genes };
template <>
inline constexpr std::array words_of<SpaceType>{"analognas", "mobile", "mlp", "cell", "sequence", "genes"};

/// Of a convolution block: A bottleneck, B basic, C and D the same with batch norm and ReLU first, E
/// depthwise separable.
enum class BlockType { A, B, C, D, E };
template <>
inline constexpr std::array words_of<BlockType>{"A", "B", "C", "D", "E"};

/// Depthwise-separable convolutions, or inverted residuals.
enum class MobileBlock { separable, inverted };
template <>
inline constexpr std::array words_of<MobileBlock>{"separable", "inverted"};

enum class Activation { relu, tanh, sigmoid };
template <>
inline constexpr std::array words_of<Activation>{"relu", "tanh", "sigmoid"};

/// On an edge of a cell.
enum class CellOperation { none, skip, conv1x1, conv3x3, average_pool };
template <>
inline constexpr std::array words_of<CellOperation>{"none", "skip", "conv1x1", "conv3x3", "average_pool"};

/// [space] with kind = "mobile": stages of depthwise-separable or inverted residual blocks.
struct MobileRanges {
  std::vector<int> stem_channels = {8, 16, 24, 32};
  std::vector<int> stages = {1, 3};  ///< smallest, largest
  std::vector<int> layers = {1, 3};  ///< of a stage: smallest, largest
  std::vector<MobileBlock> blocks = {MobileBlock::separable, MobileBlock::inverted};  ///< of a stage
  std::vector<int> kernels = {3, 5};
  std::vector<int> widths = {8, 16, 24, 32, 48, 64};  ///< output channels of a stage's blocks (squeeze width)
  std::vector<int> expansions = {2, 3, 4, 6};         ///< of inverted residual blocks

  void fields(FieldVisitor& visitor);
};

/// [space] with kind = "mlp": dense layers.
struct MlpRanges {
  std::vector<int> layers = {1, 3};  ///< hidden ones: smallest, largest
  std::vector<int> widths = {16, 32, 64, 128, 256};
  std::vector<Activation> activations = {Activation::relu, Activation::tanh, Activation::sigmoid};

  void fields(FieldVisitor& visitor);
};

/// [space] with kind = "cell": one small graph of operations, stacked (NAS-Bench-201, Dong and Yang 2020).
struct CellRanges {
  int nodes = 4;  ///< of a cell: an edge from each to every later one
  std::vector<CellOperation> operations = {CellOperation::none, CellOperation::skip, CellOperation::conv1x1,
                                           CellOperation::conv3x3, CellOperation::average_pool};
  std::vector<int> channels = {8, 16};  ///< of the first stage; doubled from stage to stage
  std::vector<int> cells = {1, 2};      ///< of a stage: smallest, largest
  int stages = 2;

  void fields(FieldVisitor& visitor);
};

/// Of recurrent layers.
enum class RecurrentCellKind { lstm, gru, rnn };
template <>
inline constexpr std::array words_of<RecurrentCellKind>{"lstm", "gru", "rnn"};

/// What of a sequence is classified: its last step, or the mean over all.
enum class SequenceHead { last, mean };
template <>
inline constexpr std::array words_of<SequenceHead>{"last", "mean"};

/// [space] with kind = "sequence": convolutions over time and recurrent layers.
struct SequenceRanges {
  std::vector<int> convolutions = {0, 2};  ///< smallest, largest number
  std::vector<int> channels = {8, 16, 24, 32};
  std::vector<int> kernels = {3, 5, 9};
  std::vector<int> recurrent_layers = {1, 2};  ///< smallest, largest number
  std::vector<int> units = {16, 24, 32, 48, 64};
  std::vector<RecurrentCellKind> cells = {RecurrentCellKind::lstm, RecurrentCellKind::gru};
  std::vector<SequenceHead> heads = {SequenceHead::last, SequenceHead::mean};

  void fields(FieldVisitor& visitor);
};

/// [space.training]: what of the training is searched along with the network; empty: it is not.
struct TrainingGenes {
  std::vector<double> learning_rate = {};    ///< [smallest, largest], logarithmic
  std::vector<double> weight_noise = {};     ///< [smallest, largest]
  std::vector<double> clip_deviations = {};  ///< [smallest, largest]

  void fields(FieldVisitor& visitor);
};

/// [space.hardware]: what of the hardware is searched along with the network; empty: it is not.
struct HardwareGenes {
  std::vector<int> adc_bits = {};
  std::vector<int> dac_bits = {};
  std::vector<int> crossbar_size = {};  ///< rows and columns, of the hardware and of the chip
  std::vector<int> devices_per_cell = {};
  std::vector<MappingObjective> mapping_objectives = {};

  void fields(FieldVisitor& visitor);
};

/// The [space] table: which kind of space, and its ranges. The first eight are of "analognas", the
/// AnalogNAS macro-architecture (Benmeziane et al. 2023, Table I).
struct SpaceConfig {
  std::vector<int> stem_channels = {8, 16, 24, 32, 48, 64};  ///< OC0
  std::vector<int> stem_kernels = {3, 5, 7};                 ///< KS0
  std::vector<int> main_blocks = {1, 3};                     ///< M: smallest, largest
  std::vector<int> residual_blocks = {1, 4};                 ///< R of a main block: smallest, largest
  std::vector<int> branches = {1, 3};                        ///< B of a main block: smallest, largest
  std::vector<BlockType> block_types = {BlockType::A, BlockType::B, BlockType::C, BlockType::D};  ///< CT
  std::vector<int> widening = {1, 4};  ///< WF of a main block: smallest, largest
  NetworkShape shape = {};             ///< of "analognas": what no gene varies
  SpaceType kind = SpaceType::analognas;
  MobileRanges mobile = {};
  MlpRanges mlp = {};
  CellRanges cell = {};
  SequenceRanges sequence = {};
  std::vector<std::string> genes = {};  ///< of kind = "genes": JSON, each as genes_from_json reads it
  std::string network = "";  ///< of kind = "genes": a file with the architecture template; "": no networks
  TrainingGenes training = {};
  HardwareGenes hardware = {};

  /// `kind`, then the keys of that kind only.
  void fields(FieldVisitor& visitor);
  /// [space], [space.training], [space.hardware]
  std::vector<Section> sections();

  // The keys of two of the kinds.
  void analognas_fields(FieldVisitor& visitor);
  void gene_fields(FieldVisitor& visitor);
};

}  // namespace mho
