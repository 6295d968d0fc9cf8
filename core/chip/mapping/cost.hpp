// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/chip/mapping/links.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "core/chip/mapping/schedule.hpp"

namespace mho {

/// Multiply-accumulates and additions of the digital units for one image: matrices that are not on crossbars
/// (their MACs), batch norms and biases (one an output), additions (inputs - 1 an output),
/// average pooling (one an input of each window) and the adding up of partial sums (columns x products a row
/// split after the first). ReLU, max pooling and the converters' own scaling are not counted.
std::int64_t count_digital_macs(const Architecture& architecture, const std::vector<Block>& blocks);

/// Sum over links of bits x hops, for one image.
std::int64_t count_bit_hops(const std::vector<Link>& links);

/// Activations that wait for a reader. Layers start when their inputs are complete, so the input of every
/// layer on crossbars and every earlier summand of an addition (a skip connection) is written once and read
/// once a reader; the image itself is not counted.
struct Waiting {
  std::int64_t traffic_bits = 0;  ///< written and read for one image
  std::int64_t held_bits = 0;     ///< at once: bits x images that hold them, from first write to last read
};
Waiting count_waiting(const Architecture& architecture, const ChipConfig& chip,
                      const std::vector<Block>& blocks, const Schedule& pipeline);

/// Energy of cost.buffer_bits for one image: what the on-chip buffer cannot hold at once (cost.buffered_bits)
/// waits off chip, in the proportion of what it lacks.
double waiting_energy_j(const ChipConfig& chip, const Cost& cost, double off_chip_j_per_bit);

/// Sets the energies of `cost` from its counts (formulas below).
void count_energy(const ChipConfig& chip, Cost& cost);

/// The bill of placed blocks, for one image, with T, E the time and energy of one product of a core:
///   interval, fill  of the full pipeline (make_schedule); core_mvms: count_core_mvms of it, since a core
///   fires
///                   with all its converters for each product
///   latency_s       = T x ticks of one image alone;  throughput_hz = 1 / (T x interval)
///   energy_low_j    = core_mvms x E + digital MACs x digital_energy + bit-hops x link_energy_low
///                     + waiting_energy_j with the low off-chip energy; energy_high_j likewise
///   energy_j        = (energy_low_j + energy_high_j) / 2
///   utilisation     = weights / (cores x crossbar cells)
///   mac_utilisation = sum_b products(b) x weights(b) / (core_mvms x crossbar cells)
///   effective_tops_per_watt = ChipConfig::peak_efficiency x mac_utilisation, so 2 x MACs / (core_mvms x E):
///                   crossbars only
/// Times leave out links and digital units: no published figure exists for them. A network without blocks
/// costs no core time: its throughput is 0. `at_once` as in make_schedule.
Cost count_cost(const Architecture& architecture, const ChipConfig& chip, const std::vector<Block>& blocks,
                bool at_once = false);

}  // namespace mho
