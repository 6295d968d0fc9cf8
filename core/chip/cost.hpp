// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/chip/links.hpp"
#include "core/chip/mapping.hpp"

namespace mho {

/// Multiply-accumulates and additions of the digital units for one image: grouped convolutions (their MACs),
/// batch norms and biases (one an output), additions (inputs - 1 an output), average pooling (one an input of
/// each window) and the adding up of partial sums ((row splits - 1) x columns x products). ReLU, max pooling
/// and the converters' own scaling are not counted.
std::int64_t count_digital_macs(const Architecture& architecture, const std::vector<Block>& blocks);

/// Sum over links of bits x hops, for one image.
std::int64_t count_bit_hops(const std::vector<Link>& links);

/// The bill of placed blocks, for one image. With P(b) the products of block b's layer and T, E the time and
/// energy of one product of a core:
///   core_mvms       = sum_b P(b); a core fires once for each block and product, with all its converters
///   latency_s       = T x sum over layers of (P x most blocks of the layer on one core) (make_schedule)
///   throughput_hz   = 1 / (T x max over cores of sum of P(b) over the core's blocks): a pipeline of images
///   energy_low_j    = core_mvms x E + digital MACs x digital_energy + bit-hops x link_energy_low; high
///   likewise energy_j        = (energy_low_j + energy_high_j) / 2 utilisation     = sum_b rows x columns /
///   (cores x crossbar cells) mac_utilisation = sum_b P(b) x rows x columns / (core_mvms x crossbar cells)
///   effective_tops_per_watt = peak_tops_per_watt x mac_utilisation
/// Times leave out links and digital units: no published figure exists for them. A network without blocks
/// costs no core time: its throughput is 0.
Cost count_cost(const Architecture& architecture, const ChipConfig& chip, const std::vector<Block>& blocks);

}  // namespace mho
