// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export/export.hpp"
#include "core/chip/export/layer_targets.hpp"

namespace mho {

/// The network in digital as an ONNX model: "input" [images, height, width, channels] float -> "logits"
/// [images, classes], with the weights as trained. Each layer is a node of its name; its metadata say where
/// it is on the chip: "mho.cores", and for crossbar layers "mho.tiles" (blocks of cores.json as JSON),
/// "mho.input_range", "mho.weight_scales" and, where they are set, "mho.output_gain", "mho.split_ranges" and
/// "mho.column_scales". The model's own are "mho.format", "mho.chip", "mho.output" (the name of the end) and,
/// where the network brings them, "mho.input_mean" and "mho.input_deviation". docs/import.md reads them back.
std::string network_onnx(const ChipExport& what, const LayerTargets& targets);

}  // namespace mho
