// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/export.hpp"
#include "core/chip/layer_targets.hpp"

namespace mho {

/// The "format" of every JSON file of an export folder but architecture.json, which has its own.
constexpr const char* chip_format = "mho-chip-1";

/// cores.json: the chip's numbers, and for each used core its place, its used cells and its blocks.
std::string cores_json(const ChipExport& what);
/// io.json: the hardware settings and the device model's coefficients; for each crossbar layer its
/// converters, for each row split and column the weight that stands for a full cell (WeightCell: with one
/// pair, of (G+ - G-) / g_max), the same times the input range, its bias, and the affine and ReLU that its
/// core's digital unit can apply; for each digital layer its numbers (weights are in
/// digital_weights.safetensors).
std::string io_json(const ChipExport& what, const LayerTargets& targets);
/// links.json: every transfer of one image (find_links).
std::string links_json(const ChipExport& what);
/// schedule.json: who works when for one image (make_schedule).
std::string schedule_json(const ChipExport& what);

}  // namespace mho
