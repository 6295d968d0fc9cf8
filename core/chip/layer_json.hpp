// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export.hpp"

namespace mho {

/// A batch norm's scale and offset for each channel: y = scale x + offset with
/// scale = gamma / sqrt(running_variance + epsilon), offset = beta - scale running_mean.
struct Affine {
  std::vector<double> scale;
  std::vector<double> offset;
};
Affine fold_batch_norm(const LayerParameters& layer, double epsilon);

/// What a core's digital unit does to a crossbar layer's sums before they leave: the layer's bias, then the
/// batch norms and at most one ReLU that follow it without a branch, as one affine.
struct OutputStage {
  Affine affine;
  bool relu = false;
  std::vector<int> nodes;  ///< the batch norms and the ReLU taken in
};
OutputStage find_output_stage(const Architecture& architecture, const Parameters& parameters, int node);

/// One entry of io.json's "crossbar_layers" and "digital_layers", a JSON object.
std::string crossbar_layer_json(const ChipExport& what, int node, const ConductanceTargets& targets);
std::string digital_layer_json(const ChipExport& what, int node);

}  // namespace mho
