// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>

#include "core/nn/kernels/cell_step.hpp"

namespace mho {

/// Matrices that kernels read have rows of a multiple of this many floats, so that vector loads may run over.
inline constexpr int column_alignment = 16;
inline int padded_columns(int columns) {
  return (columns + column_alignment - 1) / column_alignment * column_alignment;
}

/// Floats from one row of a product's weights to the next. A tile reads a strip of two cache lines from every
/// row: where a row is longer it gets an odd number of lines, or the strip's lines would share a few sets of
/// the cache.
inline int weight_row(int columns) {
  const int padded = padded_columns(columns);
  return padded > 2 * column_alignment && padded / column_alignment % 2 == 0 ? padded + column_alignment
                                                                             : padded;
}

/// A run of matrix rows whose inputs lie at equal steps in memory: matrix row `row + j` multiplies
/// x[offset + j * step], j < length; the step is 1 but for planes. In NHWC one kernel row of a convolution is
/// one run.
struct RowRun {
  int offset = 0;
  int row = 0;
  int length = 0;
  int line = 0;  ///< image rows below the first that the output pixel reads
};

/// Where an image ends and its zero border begins: for output row h a run reads image row h * step + line,
/// and rows outside [first, end) are zeros that no time needs to be spent on. The default is no border.
struct ImageLines {
  int step = 1;
  int first = 0;
  int end = INT_MAX;
};

/// What happens to a finished column sum, in this order: Gaussian noise, ADC (round to a step, clip), scale,
/// bias, addition to what y holds already. A zero step is no converter; null pointers are no scale and no
/// bias.
struct OutputStage {
  float noise = 0;  ///< standard deviation
  float adc_step = 0;
  float adc_limit = 0;
  const float* scale = nullptr;  ///< one a column
  const float* bias = nullptr;   ///< one a column
  bool accumulate = false;
  std::uint64_t key = 0;     ///< of the noise: numbers depend on (key, stream, position in the output) only
  std::uint32_t stream = 0;  ///< e.g. the image's index in its mini-batch
};

/// y[h][p][c] = stage(sum over runs and j of x[h * x_row + p * x_pixel + offset + j * x_step] * w[(row + j) *
/// w_row + c]) for h < height, p < width, c < columns.
struct MatrixProduct {
  const float* x = nullptr;
  std::ptrdiff_t x_row = 0;
  std::ptrdiff_t x_pixel = 0;    ///< 1 lets pixels fill vectors where there are few columns
  std::ptrdiff_t x_step = 1;     ///< from one input of a run to the next
  const RowRun* runs = nullptr;  ///< their lines never fall
  int run_count = 0;
  ImageLines lines;
  const float* w = nullptr;  ///< readable up to padded_columns(columns) in every row
  int w_row = 0;
  float* y = nullptr;
  std::ptrdiff_t y_row = 0;
  std::ptrdiff_t y_pixel = 0;
  int height = 1;
  int width = 1;
  int columns = 1;
  OutputStage stage;
};

/// w[(row + j) * w_row + c] = (or +=) factor * sum over h and p of x[h * x_row + p * x_pixel + offset + j] *
/// g[h * g_row + p * g_pixel + c * g_step]: the weight gradient of a MatrixProduct. A g_step other than 1
/// means planes: x_pixel and g_pixel are 1 then. Else g is readable and w writable up to
/// padded_columns(columns).
struct MatrixGradient {
  const float* x = nullptr;
  std::ptrdiff_t x_row = 0;
  std::ptrdiff_t x_pixel = 0;
  const RowRun* runs = nullptr;
  int run_count = 0;
  ImageLines lines;
  const float* g = nullptr;
  std::ptrdiff_t g_row = 0;
  std::ptrdiff_t g_pixel = 0;
  std::ptrdiff_t g_step = 1;  ///< from one column to the next
  float* w = nullptr;
  int w_row = 0;
  int height = 1;
  int width = 1;
  int columns = 1;
  float factor = 1;
  bool accumulate = true;
};

/// to[r * to_row + c] = from[r * columns + c] * scale[c] + deviation * normal for r < rows, c < columns. The
/// normals depend on (key, stream, r, c) only; deviation 0 draws none. `to` is writable up to
/// padded_columns(columns).
struct NoisyCopy {
  const float* from = nullptr;
  const float* scale = nullptr;  ///< one a column
  float* to = nullptr;
  int to_row = 0;
  int rows = 1;
  int columns = 1;
  float deviation = 0;
  std::uint64_t key = 0;
  std::uint32_t stream = 0;
};

/// A step of gradient descent with Nesterov momentum and weight decay.
struct SgdUpdate {
  float rate = 0;
  float momentum = 0;
  float decay = 0;
};

/// Sums over an array and over its squares.
struct Moments {
  double sum = 0;
  double square = 0;
};

/// A depthwise convolution over a padded image x [.., padded_width, channels]; w is [kernel_height *
/// kernel_width] [channels]; y (or its gradient) is [height, width, channels].
struct Depthwise {
  int height = 1;  ///< of the output
  int width = 1;
  int channels = 1;
  int padded_width = 1;
  int kernel_height = 3;
  int kernel_width = 3;
  int stride_height = 1;
  int stride_width = 1;
};

/// Pooling of one image: x is [input_height, input_width, channels], y is [height, width, channels]. Averages
/// count real pixels only; `top` and `left` are the padding there.
struct Pooling {
  int input_height = 1;
  int input_width = 1;
  int height = 1;
  int width = 1;
  int channels = 1;
  int kernel_height = 2;
  int kernel_width = 2;
  int stride_height = 2;
  int stride_width = 2;
  int top = 0;
  int left = 0;

  /// Whether every input pixel lies in exactly one window.
  bool tiles_input() const {
    return top == 0 && left == 0 && kernel_height == stride_height && kernel_width == stride_width &&
           height * stride_height == input_height && width * stride_width == input_width;
  }
};

/// The seam between the network and the arithmetic. Implementations: `reference` (plain loops, what tests
/// trust) and one fast set for each instruction set; the best that the processor has is chosen at run time.
/// Results may differ between sets in the last bits (and in the noise that is drawn), never between thread
/// counts.
struct Kernels {
  const char* name;
  void (*product)(const MatrixProduct&);
  void (*gradient)(const MatrixGradient&);

  /// to[c * to_row + r] = from[r * from_row + c] * factor * (scale ? scale[c] : 1) for r < rows, c < columns.
  void (*transpose)(const float* from, std::ptrdiff_t from_row, int rows, int columns, const float* scale,
                    float factor, float* to, std::ptrdiff_t to_row);

  void (*depthwise)(const Depthwise&, const float* x, const float* w, float* y);
  /// dx (padded, zeroed by the caller) += transpose of the convolution applied to dy.
  void (*depthwise_backward)(const Depthwise&, const float* dy, const float* w, float* dx);
  /// dw += gradient.
  void (*depthwise_gradient)(const Depthwise&, const float* x, const float* dy, float* dw);

  /// y[i] = clip(round(x[i] * levels / range), -levels, levels) / levels: a DAC with full scale 1.
  void (*quantise)(const float* x, std::size_t count, float range, float levels, float* y);

  /// sums[c] += sum over pixels of y, squares[c] += sum of y^2; y is [pixels][channels].
  void (*channel_sums)(const float* y, int pixels, int channels, float* sums, float* squares);
  /// z = max(scale[c] * y + shift[c] + residual, floor): floor 0 is a ReLU, -inf none; residual may be null.
  void (*affine)(const float* y, int pixels, int channels, const float* scale, const float* shift,
                 const float* residual, float floor, float* z);
  /// Batch norm's backward sums: dz is set to 0 where z <= floor, then sums[c] += dz, products[c] += dz * y.
  void (*affine_backward_sums)(float* dz, const float* z, const float* y, int pixels, int channels,
                               float floor, float* sums, float* products);
  /// dy = a[c] * dz + b[c] * y + c[c].
  void (*affine_backward)(const float* dz, const float* y, int pixels, int channels, const float* a,
                          const float* b, const float* c, float* dy);

  /// y += x
  void (*add)(const float* x, std::size_t count, float* y);
  /// y = max(x, 0)
  void (*relu)(const float* x, std::size_t count, float* y);
  /// dx = (or +=) dy where y > 0
  void (*relu_backward)(const float* y, const float* dy, std::size_t count, bool accumulate, float* dx);

  void (*max_pool)(const Pooling&, const float* x, float* y);
  /// dx = (or +=) gradient; of equal maxima the first in row-major order gets it.
  void (*max_pool_backward)(const Pooling&, const float* x, const float* y, const float* dy, bool accumulate,
                            float* dx);
  void (*average_pool)(const Pooling&, const float* x, float* y);
  /// dx = (or +=) gradient.
  void (*average_pool_backward)(const Pooling&, const float* dy, bool accumulate, float* dx);

  void (*noisy_copy)(const NoisyCopy&);
  /// g = gradient + decay * values; velocity = momentum * velocity + g; values -= rate * (g + momentum *
  /// velocity). Returns the moments of the new values.
  Moments (*sgd)(const SgdUpdate&, const float* gradient, std::size_t count, float* values, float* velocity);
  Moments (*moments)(const float* x, std::size_t count);
  /// values = clip(values, -limit, limit)
  void (*clip)(float limit, std::size_t count, float* values);

  /// The cells of RecurrentCell, whose formulas are named there.
  CellKernels lstm_cell;
  CellKernels gru_cell;
  CellKernels rnn_cell;
};

/// The set of the chosen instruction set (core/base/vector/instruction_set.hpp).
const Kernels& kernels();
const Kernels& reference_kernels();
/// All sets that run here, the reference first: tests hold each to the reference.
struct KernelList {
  const Kernels* sets[4];
  int count;
};
KernelList available_kernels();

}  // namespace mho
