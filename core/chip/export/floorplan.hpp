// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// The mapping as an SVG page, readable in light and dark mode: the grid of cores with each block drawn to
/// scale in its layer's colour and number, each core's utilisation, the traffic over the chip's links (width
/// by bits an image; arrows between neighbours, curves between cores apart), a legend of the layers, and a
/// title with the network's name and cost. Deterministic.
std::string draw_floorplan(const Architecture& architecture, const ChipConfig& chip, const Mapping& mapping);

}  // namespace mho
