// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export/export.hpp"
#include "core/chip/export/layer_targets.hpp"

namespace mho {

/// The "format" of every JSON file of an export folder but architecture.json, which has its own.
constexpr const char* chip_format = "mho-chip-2";

/// cores.json: the chip's numbers, and for each used core its place, its used cells and its blocks; a block
/// names the block that sends it partial sums and, in "group", the first one that fires in the same product.
std::string cores_json(const ChipExport& what);
/// io.json: the hardware settings and the device model's coefficients; for each crossbar layer its
/// converters, for each row split and column the weight that stands for a full cell (WeightCell: with one
/// pair, of (G+ - G-) / g_max), the same times the input range, its bias, and the affine and ReLU that its
/// core's digital unit can apply; for each digital layer its numbers (weights are in
/// digital_weights.safetensors) and the cores that work on it.
std::string io_json(const ChipExport& what, const LayerTargets& targets);
/// links.json: every transfer of one image and what it carries (find_data_flow).
std::string links_json(const ChipExport& what);
/// schedule.json: who works when, for one image alone and in the full pipeline (make_schedule), and what the
/// mapper predicts of one image.
std::string schedule_json(const ChipExport& what);

}  // namespace mho
