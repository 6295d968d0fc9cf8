// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export/export.hpp"
#include "core/nn/operators/channel_affine.hpp"

namespace mho {

/// What a core's digital unit does to a crossbar layer's sums before they leave: the layer's bias, then the
/// batch norms and at most one ReLU that follow it without a branch, as one affine.
struct DigitalStage {
  ChannelAffine affine;
  bool relu = false;
  std::vector<int> nodes;  ///< the batch norms and the ReLU taken in
};
DigitalStage find_digital_stage(const Architecture& architecture, const Parameters& parameters, int node);

/// One entry of io.json's "crossbar_layers" and "digital_layers", a JSON object.
std::string crossbar_layer_json(const ChipExport& what, int node, const ConductanceTargets& targets);
std::string digital_layer_json(const ChipExport& what, int node);

}  // namespace mho
