// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/graph/parameter_checks.hpp"
#include "core/nn/graph/shape.hpp"

namespace mho {

class RecurrentCell;
struct LayerParameters;

/// The matrix that a convolution or dense layer puts on crossbars: rows x columns for each group, and the
/// number of matrix-vector products for one image. Rows run over (kernel row, kernel column, input channel of
/// the group), columns over the output channels of the group.
struct MatrixShape {
  int rows = 0;
  int columns = 0;
  int groups = 1;
  std::int64_t products = 0;
  int taps = 1;  ///< kernel positions: rows are taps x input channels of the group
};

/// Numbers of a layer, one a column of its matrix; without one, one an output channel.
struct ChannelTensor {
  const char* name;  ///< in files, after the layer's
  FloatBuffer LayerParameters::*values;
  float initial = 0;
  bool trained = true;  ///< by gradients: counts as parameters
  NumberRule rule = NumberRule::finite;
};

/// Numbers of each tensor of a layer.
std::int64_t tensor_numbers(const MatrixShape& matrix, const Shape& output);

/// "bias"
ChannelTensor bias_tensor();

/// How the networks run a layer, beyond what its operator does by itself.
struct Running {
  bool needs_batch = false;  ///< has a BatchState: its outputs need all of a mini-batch's inputs
  bool takes_sum = false;    ///< its operator adds a second input, and so takes in the addition that follows
  bool takes_relu = false;   ///< its operator can end in a ReLU, and so takes in the one that follows
  /// Of a recurrent layer: its products of an image wait for each other, and this makes states of their sums.
  const RecurrentCell* cell = nullptr;
  bool drops = false;            ///< in training it draws what it lets through
  bool pulses_by_vector = true;  ///< whether its matrix takes outer products of vectors: no cell stays blank
};

/// What a layer is on a chip.
struct OnChip {
  enum class Place {
    outside,         ///< off the chip: the image, the scores
    crossbar,        ///< a matrix on crossbars
    digital_matrix,  ///< a matrix in the digital units beside the cores (with_digital_layers); reads all of
                     ///< its input
    window,          ///< digital, where the input's channel lies; may read pixels around its own
    elementwise,     ///< digital, where its latest input lies; each output of the same number of every input
    concat           ///< nothing moves: its inputs stay where they are
  };
  Place place = Place::outside;
  Window window{};        ///< that it reads
  bool flattens = false;  ///< reads its input as one vector, not as an image
  /// Digital multiply-accumulates for one output number, without a matrix's own.
  std::int64_t work = 0;
};

/// What a layer makes of its inputs, found without building a weight.
struct LayerFacts {
  Shape shape;                           ///< of the output
  MatrixShape matrix{};                  ///< rows == 0 without weights
  std::vector<ChannelTensor> tensors{};  ///< besides the matrix
  Running running{};
  OnChip on_chip{};
  std::int64_t parameters = 0;  ///< trainable numbers: weights, biases, gamma and beta
  std::int64_t weights = 0;     ///< rows x columns x groups
  std::int64_t macs = 0;        ///< weights x products
};

/// Per layer, weights and multiply-accumulates: as largest_activation.
inline constexpr std::int64_t largest_weights = std::int64_t{1} << 40;
inline constexpr std::int64_t largest_macs = std::int64_t{1} << 48;
/// Largest kernel, stride and padding, in pixels.
inline constexpr int largest_window = 4096;

/// One layer at work: its inputs' shapes and the words that its messages begin with.
struct LayerSite {
  const std::vector<Shape>& inputs;
  const std::string& where;

  Shape input() const { return inputs.front(); }
  /// Throws ArchitectureError: `where`: `what`.
  [[noreturn]] void refuse(const std::string& what) const;
  /// Refuses values outside [low, high].
  void check_range(const char* attribute, std::int64_t value, std::int64_t low, std::int64_t high) const;
  /// Refuses another number of inputs: one, and for layers that join several, at least two.
  void expect_one_input() const;
  void expect_inputs_to_join() const;
  /// Refuses a kernel or stride out of range, and padding beyond `most_rows` and `most_columns`.
  void check_window(const Window& window) const;
  void check_padding(const Padding& padding, int most_rows, int most_columns) const;
  /// Height and width of the output of a window that slides over the input (rounded down: pixels that no
  /// window reaches are left out), with `channels` channels. Refuses a window larger than its padded image.
  Shape slide(const Window& window, int channels) const;
};

/// A layer that makes each output number from the same number of its input.
LayerFacts elementwise_facts(const LayerSite& site, std::int64_t work);

/// The window of a layer with kernel, stride and padding attributes.
template <class Windowed>
Window window_of(const Windowed& layer) {
  return {layer.kernel_height, layer.kernel_width, layer.stride_height, layer.stride_width, layer.padding};
}

}  // namespace mho
