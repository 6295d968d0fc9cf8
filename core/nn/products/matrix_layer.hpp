// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/products/convolution_geometry.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/products/vector_product.hpp"

namespace mho {

/// How the products of a layer are converted: the crossbar's part of the seam between training and the analog
/// side. All zero is a digital layer.
struct MvmSettings {
  float dac_levels = 0;  ///< levels on one side of zero: (2^bits - 2) / 2; 0 for no DAC
  float adc_step = 0;    ///< in units of (g_max x full input); 0 for no ADC
  float adc_limit = 0;
  float output_noise = 0;  ///< standard deviation, same unit
  int crossbar_rows = 0;   ///< partial sums of this many rows are converted one by one; 0: no split
};

/// A layer's weights at one moment, in the layout that the products want: what a tile hands to the network.
struct MatrixOperand {
  FloatBuffer forward;  ///< [group][rows][weight_row(columns)]: conductances over g_max, or plain weights
  std::vector<float> scales;  ///< [row split][columns]: output per unit of ADC output; empty for 1
  float input_range = 0;      ///< full scale of the DAC; 0: inputs are taken as they are
  std::vector<float>
      split_ranges;       ///< forward only: a full scale for each row split; empty: input_range for all
  float output_gain = 1;  ///< a part of `scales` that gradients pass by
  bool has_adc = true;    ///< false: outputs are not converted, whatever the settings say
  FloatBuffer backward;   ///< transposed, in weight units; empty outside training
  /// Used instead of `forward` where it is filled: see MatrixLayer::pack_bfloat16.
  FloatBuffer pairs;
  /// Computes the products in place of all of the above where it is set (the gradient of the weights still
  /// uses them); only without groups.
  std::shared_ptr<const VectorProduct> product;
  bool learns_range = false;  ///< training collects the gradient of input_range; needs `backward`
  /// Training passes no gradient through partial sums beyond the ADC's range; needs `backward_splits` where
  /// there are several splits, no `product` and no learned range.
  bool clips_gradient = false;
  std::vector<FloatBuffer> backward_splits;  ///< as `backward`, zero but for the rows of one split each
};

/// Which gradients of partial sums beyond the ADC's range become zero.
enum class ClippedGradient {
  all,     ///< the derivative of clipping
  outward  ///< those whose descent would take the sum further out: sums can come back
};

/// The products of one conv2d or dense layer: forward, and both gradients. Immutable; all state is in the
/// arguments.
class MatrixLayer {
 public:
  MatrixLayer(const Architecture& architecture, int node, const MvmSettings& settings);

  const ConvolutionGeometry& geometry() const { return geometry_; }
  const MvmSettings& settings() const { return settings_; }
  int row_splits() const {
    return static_cast<int>(forward_runs_.size() / static_cast<size_t>(geometry_.groups));
  }
  int columns() const { return geometry_.output.channels; }
  std::size_t packed_size() const;   ///< of MatrixOperand::forward and of a weight gradient
  std::size_t scratch_size() const;  ///< floats of scratch that every call needs
  std::int64_t input_size() const { return geometry_.input.size(); }
  std::int64_t output_size() const { return geometry_.output.size(); }

  /// weights: rows x columns row-major (LayerParameters::weight) -> operand.forward.
  void pack_forward(const float* weights, FloatBuffer& packed) const;
  /// operand.forward (and its scales) -> operand.backward, the transposed effective weights.
  void pack_backward(MatrixOperand& operand) const;
  /// operand.forward (and its scales) -> operand.backward_splits.
  void pack_backward_splits(MatrixOperand& operand) const;
  /// operand.forward -> operand.pairs, which forward() then uses: conductances rounded to bfloat16, inputs as
  /// exact DAC levels. Does nothing where the processor or the layer (digital, more than 9-bit inputs)
  /// cannot.
  void pack_bfloat16(MatrixOperand& operand) const;
  /// Whether packed weights lie as the parameters do: one group, columns a multiple of kColumnAlignment.
  bool is_packed_plainly() const { return geometry_.groups == 1 && columns() % kColumnAlignment == 0; }
  /// A packed weight gradient written or added to `gradient` (rows x columns).
  void unpack_gradient(const float* packed, bool accumulate, float* gradient) const;

  /// y[i] = product of x[i] for i < images; noise depends on (key, first_image + i).
  void forward(const MatrixOperand& operand, const float* bias, const float* x, int images, std::uint64_t key,
               int first_image, float* scratch, float* y) const;
  /// packed = (or +=) the weight gradient of these images.
  void add_gradient(const MatrixOperand& operand, const float* x, const float* dy, int images,
                    bool accumulate, float* scratch, float* packed) const;
  /// dx = (or +=) the gradient with respect to the inputs (straight through the converters, or through the
  /// operand's own backward ones, whose noise depends on first_image + i).
  void backward(const MatrixOperand& operand, const float* dy, int images, bool accumulate, float* scratch,
                float* dx, int first_image = 0) const;

  /// clipped[i] = dy[i] where the partial sum of `split` in a forward() of the same arguments lay within the
  /// ADC's range, else 0 as `mode` says. images * output_size() floats, kernel_slack() behind both.
  void clip_gradient(const MatrixOperand& operand, int split, ClippedGradient mode, const float* x,
                     const float* dy, int images, std::uint64_t key, int first_image, float* scratch,
                     float* clipped) const;
  /// As add_gradient and backward, of the rows of one split.
  void add_split_gradient(const MatrixOperand& operand, int split, const float* x, const float* dy,
                          int images, bool accumulate, float* scratch, float* packed) const;
  void backward_split(const MatrixOperand& operand, int split, const float* dy, int images, bool accumulate,
                      float* scratch, float* dx) const;

 private:
  /// Images that a dense layer takes at once: enough to reuse each weight from registers, few enough for the
  /// scratch.
  static constexpr int kDenseImages = 64;

  /// The transposed effective weights of one kernel position, matrix rows [first, first + group inputs).
  void pack_tap(const MatrixOperand& operand, int group, int split, int first, float* to) const;
  /// The transposed effective weights: of all splits (-1), or of one and zeros for the others.
  void pack_taps(const MatrixOperand& operand, int split, FloatBuffer& packed) const;
  /// x of one image, through the DAC and with its zero border, in scratch or where it already is.
  const float* prepare_input(const MatrixOperand& operand, float range, const float* x, std::int64_t count,
                             float* scratch) const;
  const float* prepare_levels(float range, const float* x, std::int64_t count, float* scratch) const;
  bool takes_bfloat16(const MatrixOperand& operand) const;
  const float* prepare_gradient(const float* dy, float* scratch) const;
  /// One image, or several of a dense layer: all row splits, or one after the other when each has its own
  /// range.
  void forward_some(const MatrixOperand& operand, const float* bias, const float* x, int images,
                    std::uint64_t key, int image, float* scratch, float* y) const;
  /// The product of one part (a row split of a group) of a prepared input.
  void forward_part(const MatrixOperand& operand, const float* bias, const float* x, int pixels,
                    std::uint64_t key, int image, size_t part, float* y) const;
  /// That product with noise and nothing behind it.
  MatrixProduct part_product(const MatrixOperand& operand, const float* x, int pixels, std::uint64_t key,
                             int image, size_t part, float* y) const;
  /// The gradient of the rows in runs[group].
  void add_rows_gradient(const std::vector<RowRun>* runs, const MatrixOperand& operand, const float* x,
                         const float* dy, int images, bool accumulate, float* scratch, float* packed) const;
  void backward_with(const float* weights, const float* dy, int images, bool accumulate, float* scratch,
                     float* dx) const;
  /// Whether backward() takes the output gradient as planes: so few inputs that lanes are better pixels.
  bool takes_planes() const;
  const float* prepare_planes(const float* dy, float* scratch) const;
  /// An output gradient's channels one after the other: channel c of pixel (h, w) at to[c * plane + h * row +
  /// w].
  void split_planes(const float* dy, std::ptrdiff_t row, std::ptrdiff_t plane, float* to) const;
  /// Whether add_gradient() takes planes: one input channel and so few outputs that lanes are better pixels.
  bool takes_gradient_planes() const;
  std::ptrdiff_t gradient_plane() const;
  void prepare_gradient_planes(const float* dy, float* planes) const;
  /// Completes and computes the product `m` of one prepared image, or of several of a dense layer, with its
  /// output gradient.
  void gradient_some(const std::vector<RowRun>* runs, const float* dy, int images, float* planes,
                     MatrixGradient m) const;
  int padded_gradient_width() const;
  int padded_gradient_height() const;
  void forward_vectors(const VectorProduct& product, const float* bias, const float* x, int images,
                       std::uint64_t key, int first_image, float* y) const;
  void backward_vectors(const VectorProduct& product, const float* dy, int images, bool accumulate,
                        int first_image, float* dx) const;
  void backward_one(const float* weights, const float* dy, int pixels, bool accumulate, float* dx) const;

  ConvolutionGeometry geometry_;
  BackwardGeometry backward_;
  MvmSettings settings_;
  std::vector<std::vector<RowRun>> forward_runs_;   ///< [split * groups + group]
  std::vector<std::vector<RowRun>> pair_runs_;      ///< the same in pairs of rows, for bfloat16
  std::vector<std::vector<RowRun>> gradient_runs_;  ///< [group], unsplit
  std::vector<std::vector<RowRun>> backward_runs_;  ///< [phase * groups + group]
};

}  // namespace mho
