// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/data/dataset.hpp"
#include "core/nn/run/network.hpp"
#include "evaluators/compiled_candidate.hpp"

namespace mho {

/// What every crossbar layer reads while the floating-point network classifies some samples: what
/// calibrations of single tiles look at.
struct LayerInputs {
  int images = 0;
  std::vector<FloatBuffer> values;  ///< [node]: images x inputs, slack behind; empty for other nodes
};

/// Calls body(node, vectors, images) with what every crossbar layer's matrix reads (MatrixLayer::input_size
/// floats an image), a few images at a time, while the floating-point network classifies the samples.
void for_layer_inputs(const CompiledCandidate& candidate, const Parameters& parameters,
                      const Samples& samples,
                      const std::function<void(std::size_t, const FloatBuffer&, int)>& body);

/// Classifies `count` of the samples, spread evenly.
LayerInputs record_layer_inputs(const CompiledCandidate& candidate, const Parameters& parameters,
                                const Samples& samples, int count);

/// What one row split adds to a layer's outputs without converters and noise: [images * pixels][columns], in
/// weight x input units.
FloatBuffer exact_partial_sums(const MatrixLayer& layer, std::span<const float> weights,
                               const FloatBuffer& inputs, int images, int split);

/// Rows of the images * pixels x columns that a layer's forward gives for `images` images.
std::int64_t output_vectors(const MatrixLayer& layer, int images);

/// Of one column over the vectors.
struct ColumnStatistics {
  double mean = 0;
  double variance = 0;  ///< of the vectors there are, not an estimate for others
};
std::vector<ColumnStatistics> column_statistics(const FloatBuffer& outputs, std::int64_t vectors,
                                                int columns);

}  // namespace mho
