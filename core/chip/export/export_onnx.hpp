// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export/export.hpp"
#include "core/chip/export/layer_targets.hpp"

namespace mho {

/// The network in digital as an ONNX model: "input" [images, height, width, channels] float -> "logits"
/// [images, classes], with the weights as trained. Each layer is a node of its name; its metadata say where
/// it is on the chip: "mho.cores", and for crossbar layers "mho.tiles" (blocks of cores.json as JSON),
/// "mho.input_range" and "mho.weight_scales".
std::string network_onnx(const ChipExport& what, const LayerTargets& targets);

}  // namespace mho
