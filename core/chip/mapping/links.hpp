// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/chip/mapping/link_graph.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "core/chip/mapping/output_homes.hpp"

namespace mho {

enum class LinkKind { activation, partial_sum, skip, state };
std::string to_string(LinkKind kind);  ///< "activation", "partial_sum", "skip", "state"

/// What one core sends to another for one image.
struct Link {
  int node = 0;  ///< the layer that it is for: index into Architecture::nodes()
  LinkKind kind = LinkKind::activation;
  int from_core = off_chip;
  int to_core = off_chip;
  std::int64_t bits = 0;  ///< of one image
  int hops = 0;           ///< 0 from and to the outside: how an image reaches a core is not published
  bool operator==(const Link&) const = default;
};

/// Every transfer of one image between different cores, sorted by (node, kind, from, to). A convolution or
/// pooling that makes some output pixels needs the whole input rows that their windows touch.
/// - activation: what a replica of a layer reads goes once to each core that holds a block of it which reads
///   it: (needed channels x needed pixels) x activation_bits for convolutions, needed numbers x
///   activation_bits for dense layers;
/// - partial_sum: row splits form a chain, split k sends columns x products x partial_sum_bits to split k +
///   1's core, and the last split's core holds that replica's pixels of the layer's output;
/// - state: a recurrent layer's states, but for the last step's, go step by step to each core that holds a
/// block
///   which reads them: (needed units x steps) x activation_bits;
/// - skip: an addition is made where its latest input lies, the others are sent there.
/// Digital layers (batch norm, ReLU, pooling, grouped convolutions) work where their input's channel lies,
/// before it is sent on; a window that reaches into another replica's pixels has those sent to it
/// (activation). A matrix kept digital (Architecture::with_digital_layers) is made in the digital units
/// beside the cores, which count as outside: all of its input is sent there (activation, no hops: no link to
/// them is published). `blocks` are placed, in the order of cut_into_blocks and replicate.
std::vector<Link> find_links(const Architecture& architecture, const ChipConfig& chip,
                             const std::vector<Block>& blocks);

/// Channels of pixels of one node's output that travel over a link.
struct LinkPart {
  int source = 0;  ///< index into Architecture::nodes()
  Range channels;
  Range pixels;
};

/// The links of find_links, what exactly travels over each, and where every node's output comes to lie.
struct DataFlow {
  std::vector<Link> links;
  /// By link: what it carries, in order; empty for partial sums (the chain of the blocks says it).
  std::vector<std::vector<LinkPart>> parts;
  std::vector<Homes> homes;  ///< by node
};
DataFlow find_data_flow(const Architecture& architecture, const ChipConfig& chip,
                        const std::vector<Block>& blocks);

}  // namespace mho
