// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/base/row_cut.hpp"
#include "core/nn/kernels/arithmetic.hpp"
#include "core/nn/products/vector_product.hpp"
#include "core/nn/products/vector_sink.hpp"

namespace mho {

/// How the products of a layer are converted: the crossbar's part of the seam between training and the analog
/// side. All zero is a digital layer.
struct MvmSettings {
  float dac_levels = 0;  ///< levels on one side of zero: (2^bits - 2) / 2; 0 for no DAC
  float adc_step = 0;    ///< in units of (g_max x full input); 0 for no ADC
  float adc_limit = 0;
  float output_noise = 0;  ///< standard deviation, same unit
  int crossbar_rows = 0;   ///< partial sums of so many rows are converted one by one; 0: no split
  RowSplit row_split = RowSplit::dense;  ///< which rows these are (cut_rows)

  /// Whether inputs of full scale `range` pass the DAC.
  bool converts(float range) const { return range > 0 && dac_levels > 0; }
  /// Nothing of the hardware but where matrices are cut.
  MvmSettings cut_only() const { return {.crossbar_rows = crossbar_rows, .row_split = row_split}; }
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
  /// Used instead of `forward` where it is filled: see OperandPacking::pack_bfloat16, round_for_training
  /// and pack_noisy_pairs.
  FloatBuffer pairs;
  bool backward_in_pairs = false;  ///< `backward` and `backward_splits` hold bfloat16 pairs of rows
  Arithmetic gradients = Arithmetic::float32;  ///< of the weights' gradient
  /// Computes the products in place of all of the above where it is set (the gradient of the weights still
  /// uses them); only without groups.
  std::shared_ptr<const VectorProduct> product;
  /// Where set, training hands it every image's inputs and output errors, and no weight gradient is summed;
  /// not with learns_range or clips_gradient.
  VectorSink* sink = nullptr;
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

/// What the products of a layer read, for `images` images.
struct MatrixCall {
  const MatrixOperand& operand;
  const float* x = nullptr;  ///< inputs; not read by MatrixLayer::backward and backward_split
  int images = 1;
  float* scratch = nullptr;     ///< MatrixLayer::scratch_size() floats
  std::uint64_t noise_key = 0;  ///< noise depends on (noise_key, first_image + i)
  int first_image = 0;
};

}  // namespace mho
