// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/chip/mapping.hpp"

namespace mho {

/// Stands for a core in a link that comes from or goes to the outside: the image comes in, the logits go out.
constexpr int off_chip = -1;

enum class LinkKind { activation, partial_sum, skip };
std::string to_string(LinkKind kind);  ///< "activation", "partial_sum", "skip"

/// What one core sends to another for one image.
struct Link {
  int node = 0;  ///< the layer that it is for: index into Architecture::nodes()
  LinkKind kind = LinkKind::activation;
  int from_core = off_chip;
  int to_core = off_chip;
  std::int64_t bits = 0;  ///< of one image
  int hops = 0;           ///< 0 from and to the outside: how an image reaches a core is not published
};

/// Manhattan distance of two cores on the grid (core = grid row x grid_columns + grid column); 0 with the
/// outside. The chip's true link graph is not published.
int hop_count(const ChipConfig& chip, int from_core, int to_core);

/// Every transfer of one image between different cores, sorted by (node, kind, from, to):
/// - activation: each activation that a layer needs goes once to each core that holds a block which reads it:
///   (needed channels x pixels) x activation_bits for convolutions, needed inputs x activation_bits for dense
///   layers;
/// - partial_sum: row splits form a chain, split k sends columns x products x partial_sum_bits to split k +
/// 1's core,
///   and the last split's core holds the layer's output;
/// - skip: an addition is made where its latest input lies, the others are sent there.
/// Digital layers (batch norm, ReLU, pooling, grouped convolutions) work where their input's channel lies,
/// before it is sent on. `blocks` are placed, in the order of cut_into_blocks.
std::vector<Link> find_links(const Architecture& architecture, const ChipConfig& chip,
                             const std::vector<Block>& blocks);

}  // namespace mho
